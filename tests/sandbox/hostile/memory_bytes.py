# expect: exhausted memory_bytes
def run():
    return len(bytearray(10**9))
