# expect: exhausted fuel
class Endless(dict):
    def items(self):
        while True:
            yield "a", 1

    def __bool__(self):
        return True


def run():
    return Endless(a=1)
