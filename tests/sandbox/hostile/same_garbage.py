# expect: returned
# twice: same
import gc
import sys


def run():
    return [gc.collect(), sys.getrefcount(None), sys.getallocatedblocks()]
