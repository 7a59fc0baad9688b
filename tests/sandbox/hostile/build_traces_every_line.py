# expect: exhausted fuel|returned 1|build
import sys


def trace(*_):
    while True:
        pass


sys.settrace(trace)


def run():
    return 1
