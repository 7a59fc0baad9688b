# expect: returned 1
from sealwright import progress


def run():
    for n in range(5000):
        progress(n, 5000, "x" * 10_000)
    return 1
