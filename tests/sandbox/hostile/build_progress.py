# expect: build progress
from sealwright import progress

progress(1, 2, "x")


def run():
    return 1
