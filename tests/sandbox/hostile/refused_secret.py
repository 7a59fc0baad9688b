# expect: refused capability_refused
# says: capabilities: {"secret"
# grant: {"http": ["GET https://api.example/*"]}
from sealwright import http, secret


def run():
    return http.get("https://api.example/", headers={"authorization": secret("stripe_key")}).text
