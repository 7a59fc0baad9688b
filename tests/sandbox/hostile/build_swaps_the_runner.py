# expect: build|failed|trapped|returned
import sys

for name in list(sys.modules):
    if name.startswith(("sealwright", "wit_world")):
        sys.modules[name] = None


def run():
    return 1
