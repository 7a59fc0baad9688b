# expect: exhausted fuel
class Sticky:
    def __del__(self):
        while True:
            pass


def run():
    Sticky()
    return 1
