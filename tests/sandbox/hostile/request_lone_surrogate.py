# expect: failed|refused
from sealwright import http


def run():
    return http.get("https://api.example/\ud800").text
