# expect: exhausted response_bytes
# grant: {"kv": ["tool/*"]}
# limits: {"response_bytes": 1000}
from sealwright import kv


def run():
    kv.set("x", "y" * 2000)
    return kv.get("x")
