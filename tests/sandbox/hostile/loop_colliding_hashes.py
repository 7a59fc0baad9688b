# expect: exhausted fuel
class Same:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


def run():
    return len({Same() for _ in range(1_000_000)})
