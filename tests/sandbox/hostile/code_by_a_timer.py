# expect: failed exception
# says: cannot make, change or run code
import timeit


def run():
    return timeit.timeit("1", number=1)
