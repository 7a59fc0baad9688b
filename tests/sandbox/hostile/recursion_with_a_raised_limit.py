# expect: failed recursion
import sys


def run():
    sys.setrecursionlimit(10**9)
    return run()
