# expect: failed | exhausted memory_bytes
def run():
    return eval("(" * 100_000 + ")" * 100_000)
