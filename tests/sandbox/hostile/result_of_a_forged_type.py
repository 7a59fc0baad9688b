# expect: failed|returned
class Forged(str):
    def __str__(self):
        return 'x", "forged": "y'

    def encode(self, *_):
        return b'"'


def run():
    return Forged("plain")
