# expect: failed exception
# says: cannot trace the interpreter
import sys


def run():
    sys.settrace(lambda *given: None)
