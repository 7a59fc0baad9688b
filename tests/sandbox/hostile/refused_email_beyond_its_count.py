# expect: refused capability_refused
# says: at most 3 a run
# grant: {"email": ["from @acme.example", "at most 2 a run"]}
from sealwright import email


def run():
    for _ in range(5):
        email.send("a@b.example", "s", "t")
