# expect: returned false
# limits: {"fuel": 20000000000}
# The neighbour runs in the same worker with "TENANT-A-KEEPS-THIS" in its memory.
import gc

MARK = "TENANT-A-KEEPS" + chr(45) + "THIS"


def run():
    seen = [one for one in gc.get_objects() if isinstance(one, (str, bytes)) and MARK in str(one)]
    raw = bytearray(30_000_000)
    return bool([one for one in seen if one is not MARK]) or MARK.encode() in raw
