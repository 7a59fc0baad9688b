# expect: exhausted memory_bytes
def run():
    return (1 << (8 * 10**9)).bit_length()
