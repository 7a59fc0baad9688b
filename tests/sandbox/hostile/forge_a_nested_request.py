# expect: failed
# says: cannot be read
import json

from sealwright import _door as host


def run():
    reply = json.loads(host.call("[" * 100_000))
    raise ValueError(reply["fault"]["message"])
