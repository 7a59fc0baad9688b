# expect: failed
import marshal


def run():
    return marshal.loads(b"\xe3" + b"\xff" * 200)
