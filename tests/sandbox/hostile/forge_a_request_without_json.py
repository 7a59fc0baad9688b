# expect: failed
# says: no JSON object
import json

from wit_world.imports import host


def run():
    reply = json.loads(host.call("\x00not json"))
    raise ValueError(reply["fault"]["message"])
