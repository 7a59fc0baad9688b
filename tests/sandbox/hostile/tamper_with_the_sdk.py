# expect: returned {"id": "forged"}
# deeds: 0
from sealwright import email


def run():
    email.send = lambda *_, **__: {"id": "forged"}
    return email.send("a@b.example", "s", "t")
