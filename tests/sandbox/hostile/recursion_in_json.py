# expect: failed|exhausted|trapped
import json


def run():
    return json.loads("[" * 1_000_000)
