# expect: failed exception
# says: cannot make, change or run code
def good():
    return 'good'


def evil():
    return 'evil'


def run():
    good.__code__ = evil.__code__
    return good()
