# expect: failed exception
# says: cannot trace the interpreter
import gc


def run():
    return str(gc.get_referrers(PermissionError))
