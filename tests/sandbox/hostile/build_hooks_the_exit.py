# expect: returned 1
import atexit
import sys


def forever(*_):
    while True:
        pass


atexit.register(forever)
sys.excepthook = forever


def run():
    return 1
