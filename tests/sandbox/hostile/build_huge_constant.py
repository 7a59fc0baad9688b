# expect: build
NUMBER = 7 ** (10**8)


def run():
    return 1
