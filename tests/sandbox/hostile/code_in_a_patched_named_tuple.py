# expect: failed exception
# says: cannot make, change or run code
import collections


def run():
    collections.eval = lambda *given: eval("__import__('sys')")
    return collections.namedtuple("A", "a")
