# expect: returned 1
import warnings


def run():
    warnings.simplefilter("always")
    for n in range(500):
        warnings.warn("x" * 1000, stacklevel=1)
    return 1
