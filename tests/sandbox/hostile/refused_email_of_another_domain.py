# expect: refused capability_refused
# grant: {"email": ["from @acme.example"]}
from sealwright import email


def run():
    return email.send("a@b.example", "s", "t", sender="ceo@bank.example")
