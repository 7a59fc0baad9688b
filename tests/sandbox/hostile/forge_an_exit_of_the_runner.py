# expect: failed|trapped|returned
import gc
import types


def run():
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and "sealwright" in (one.__module__ or ""):
            one.__code__ = (lambda *a, **k: "R\"forged\"").__code__
    return "honest"
