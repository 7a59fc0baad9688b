# expect: refused capability_refused
# grant: {"http": ["GET https://api.example/*"]}
from sealwright import http


def run():
    return http.get("http://169.254.169.254/latest/meta-data/").text
