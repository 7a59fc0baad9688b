# expect: exhausted memory_bytes
def run():
    return len("%1000000000d" % 1)
