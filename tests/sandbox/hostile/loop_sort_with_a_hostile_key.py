# expect: exhausted fuel
class Key:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        while True:
            pass


def run():
    return sorted([Key(1), Key(2)])
