# expect: failed exception
# says: cannot make, change or run code
import sys


def run():
    runner = sys.modules["sealwright_runner.program"]
    said = runner.load("evil", "def evil(): return 'evil'")
    if "cannot make" in said:
        raise ValueError("cannot make, change or run code")
    return runner._tool()
