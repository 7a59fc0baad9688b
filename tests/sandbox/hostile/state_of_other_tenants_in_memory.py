# expect: returned false
# limits: {"fuel": 20000000000}
# The neighbour runs in the same worker with "TENANT-A-KEEPS-THIS" in its memory.
MARK = "TENANT-A-KEEPS" + chr(45) + "THIS"


def run():
    raw = bytearray(30_000_000)
    return MARK.encode() in raw
