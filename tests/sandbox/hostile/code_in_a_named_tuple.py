# expect: failed exception
# says: cannot make, change or run code
import collections


def run():
    return collections.namedtuple("A", map(exec, ["import sys"]))
