# expect: failed|returned|trapped
import sys


def run():
    frame = sys._getframe()
    while frame is not None:
        frame.f_locals["arguments"] = "forged"
        frame = frame.f_back
    return 1
