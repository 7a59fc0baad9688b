# expect: refused capability_refused
# grant: {"http": ["GET https://api.example/v1/*"]}
# says: api.example/v2
from sealwright import http


def run():
    return http.get("https://api.example/v1/../v2/secrets").text
