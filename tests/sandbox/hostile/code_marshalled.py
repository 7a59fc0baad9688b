# expect: failed exception
# says: cannot make, change or run code
import marshal


def run():
    return marshal.loads(marshal.dumps(run.__code__))
