# expect: failed
class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def run():
    return Deep().a
