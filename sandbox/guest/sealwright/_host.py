"""One request to the host, one reply."""

import json

from sealwright._errors import CapabilityRefused, HostError
from wit_world.imports import host

REFUSED = "capability_refused"


def call(capability, operation, payload, errors=None):
    """The reply's value. `errors` maps a fault's code to the exception class to raise for it."""
    request = json.dumps({"capability": capability, "operation": operation, "payload": payload}, allow_nan=False)
    reply = json.loads(host.call(request))
    fault = reply.get("fault")
    if fault is None:
        return reply.get("value")
    code = fault["code"]
    kind = CapabilityRefused if code == REFUSED else (errors or {}).get(code, HostError)
    raise kind(code, fault["message"], fault.get("hint"), fault.get("details"))


def given(**values):
    """The arguments that were given: None means "not given" and is left out of a payload."""
    return {name: value for name, value in values.items() if value is not None}
