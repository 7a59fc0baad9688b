# expect: failed malformed_request
# grant: {"http": ["GET https://api.example/*"]}
from sealwright import http


def run():
    return http.get("https://api.example/\r\nHost: evil.example").text
