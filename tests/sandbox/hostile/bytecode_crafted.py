# expect: trapped|failed|exhausted
def victim():
    return 1


def run():
    victim.__code__ = victim.__code__.replace(co_code=bytes([100, 255] * 50))
    return victim()
