# expect: exhausted memory_bytes | exhausted fuel
def run():
    return len(list(iter(int, 1)))
