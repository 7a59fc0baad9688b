# expect: failed exception
# says: cannot make, change or run code
import builtins
import functools
import operator


def run():
    return functools.partial(operator.methodcaller("eval", "1 + 1"))(builtins)
