# expect: exhausted memory_bytes
def run():
    return len({n: str(n) * 1000 for n in range(10**7)})
