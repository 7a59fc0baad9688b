# expect: failed
# says: must be
# grant: {"ledger": ["campaign/*"], "email": ["from @a.example"], "kv": ["tool/*"]}
import json

from sealwright import _door as host

ODD = [None, 1, [], {}, [1], [None], "x", {"a": 1}]


def run():
    said = []
    for capability, operation, field in [("ledger", "claim", "keys"), ("email", "send_many", "messages"), ("kv", "get", "key")]:
        for odd in ODD:
            request = {"capability": capability, "operation": operation, "payload": {field: odd}}
            said.append(json.loads(host.call(json.dumps(request))).get("fault"))
    raise ValueError(str([one["message"] for one in said if one][0]))
