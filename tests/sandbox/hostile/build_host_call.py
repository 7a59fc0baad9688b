# expect: build importing the source called http.request
from sealwright import http

DATA = http.get("https://evil.example/")


def run():
    return 1
