# expect: exhausted fuel
import re


def run():
    return bool(re.match(r"(a+)+$", "a" * 40 + "b"))
