# expect: build memory
KEPT = [bytearray(10**7) for _ in range(1000)]


def run():
    return 1
