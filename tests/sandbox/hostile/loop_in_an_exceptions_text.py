# expect: exhausted fuel
class Slow(Exception):
    def __str__(self):
        while True:
            pass


def run():
    raise Slow
