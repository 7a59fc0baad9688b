# expect: failed exception
# says: cannot make, change or run code
import sys


def run():
    sys.addaudithook(lambda event, given: None)
    sys.audit("exec", run.__code__)
    exec("x = 1")
    return 'evil'
