# expect: failed
class Deep:
    def __lt__(self, other):
        return sorted([self, other]) is None


def run():
    return sorted([Deep(), Deep()])
