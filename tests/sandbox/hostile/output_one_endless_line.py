# expect: returned 1
# log: the log is full
import sys


def run():
    sys.stdout.write("x" * 5_000_000)
    sys.stderr.write("y" * 5_000_000)
    return 1
