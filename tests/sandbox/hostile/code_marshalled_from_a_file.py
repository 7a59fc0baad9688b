# expect: failed exception
# says: cannot make, change or run code
import io
import marshal


def run():
    return marshal.load(io.BytesIO(marshal.dumps(run.__code__)))
