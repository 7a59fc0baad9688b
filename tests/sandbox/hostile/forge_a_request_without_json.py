# expect: failed
# says: cannot be read
import json

from sealwright import _door as host


def run():
    reply = json.loads(host.call("\x00not json"))
    raise ValueError(reply["fault"]["message"])
