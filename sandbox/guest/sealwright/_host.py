"""One request to the host, one reply."""

import json

from sealwright import _door, _secret
from sealwright._errors import CapabilityRefused, HostError

REFUSED = "capability_refused"


def call(capability, operation, payload, errors=None):
    """The reply's value. `errors` maps a fault's code to the exception class to raise for it."""
    asked = {"capability": capability, "operation": operation, "payload": payload}
    request = _secret._sent(json.dumps(asked, allow_nan=False, default=_secret._written))
    reply = json.loads(_door.call(request))
    fault = reply.get("fault")
    if fault is None:
        return reply.get("value")
    code = fault["code"]
    # Not `errors or {}`: a mapping that answers for every code is empty, and so false.
    kind = CapabilityRefused if code == REFUSED else ({} if errors is None else errors).get(code, HostError)
    raise kind(code, fault["message"], fault.get("hint"), fault.get("details"))


def given(**values):
    """The arguments that were given: None means "not given" and is left out of a payload."""
    return {name: value for name, value in values.items() if value is not None}
