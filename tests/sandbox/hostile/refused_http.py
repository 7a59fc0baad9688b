# expect: refused capability_refused
# says: capabilities: {"http"
from sealwright import http


def run():
    return http.get("https://evil.example/").text
