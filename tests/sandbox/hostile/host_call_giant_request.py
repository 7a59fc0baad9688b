# expect: exhausted argument_bytes
# grant: {"kv": ["tool/*"]}
# limits: {"argument_bytes": 100000}
from sealwright import kv


def run():
    kv.set("x", "y" * 200_000)
