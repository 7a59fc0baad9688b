# expect: failed exception
# says: cannot make, change or run code
import collections


def run():
    for _ in range(1000):
        try:
            exec("x = 1")
        except PermissionError:
            pass
    collections.namedtuple("A", "a")
    exec("x = 1")
    return 'evil'
