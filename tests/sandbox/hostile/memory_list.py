# expect: exhausted memory_bytes
def run():
    kept = []
    while True:
        kept.append([0] * 100_000)
