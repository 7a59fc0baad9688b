# expect: exhausted host_calls
# limits: {"host_calls": 50}
from sealwright import CapabilityRefused, kv


def run():
    while True:
        try:
            kv.get("x")
        except CapabilityRefused:
            pass
