# expect: failed|trapped|returned
import builtins


def run():
    for key in ("isinstance", "len", "str", "type", "repr", "Exception"):
        setattr(builtins, key, None)
    return {"a": 1}
