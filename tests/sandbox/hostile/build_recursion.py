# expect: build recursion
def deep():
    return deep()


deep()


def run():
    return 1
