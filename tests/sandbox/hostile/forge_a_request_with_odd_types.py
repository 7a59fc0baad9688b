# expect: failed
# says: no JSON object
import json

from sealwright import _door as host


def run():
    for odd in ("[]", "null", "1", '{"capability": []}', '{"capability": "http", "operation": 1, "payload": 2}'):
        reply = json.loads(host.call(odd))
    raise ValueError(reply["fault"]["message"])
