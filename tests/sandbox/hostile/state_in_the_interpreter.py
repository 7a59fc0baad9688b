# expect: returned 1
# twice: same
import builtins
import sys


def run():
    builtins.calls = getattr(builtins, "calls", 0) + 1
    sys.modules.setdefault("calls", builtins)
    return builtins.calls
