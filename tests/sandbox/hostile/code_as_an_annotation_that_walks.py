# expect: failed exception
# says: cannot make, change or run code
import typing


def run():
    return str(typing.ForwardRef("().__class__.__base__").evaluate(globals={}, locals={}))
