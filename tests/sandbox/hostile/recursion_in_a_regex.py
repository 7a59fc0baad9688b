# expect: failed|exhausted
import re


def run():
    return bool(re.compile("(" * 50_000 + "a" + ")" * 50_000))
