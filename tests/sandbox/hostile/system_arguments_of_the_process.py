# expect: returned true
import sys


def run():
    return not any("/" in word for word in sys.argv)
