# expect: failed
# says: There is no capability
import json

from sealwright import _door as host


def run():
    said = {"capability": "journal", "operation": "write", "payload": {"outcome": "returned"}}
    raise ValueError(json.loads(host.call(json.dumps(said)))["fault"]["message"])
