# expect: failed|trapped|returned
import sys


def run():
    for name, module in list(sys.modules.items()):
        if name.startswith(("sealwright", "wit_world")):
            for key in list(vars(module)):
                if not key.startswith("__"):
                    setattr(module, key, None)
    return 1
