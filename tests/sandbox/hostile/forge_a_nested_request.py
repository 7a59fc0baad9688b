# expect: failed
# says: no JSON object
import json

from wit_world.imports import host


def run():
    reply = json.loads(host.call("[" * 100_000))
    raise ValueError(reply["fault"]["message"])
