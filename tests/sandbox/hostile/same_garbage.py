# expect: returned
# twice: same
import gc
import sys


def run():
    return [gc.collect(), len(gc.get_objects()), sys.getrefcount(None), sys.getallocatedblocks()]
