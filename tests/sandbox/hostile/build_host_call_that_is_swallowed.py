# expect: build import
from sealwright import http

try:
    http.get("https://evil.example/")
except Exception:
    pass


def run():
    return 1
