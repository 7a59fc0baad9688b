# expect: exhausted memory_bytes | failed exception
# limits: {"fuel": 10000000000}
import zlib


def run():
    small = zlib.compress(b"\0" * 20_000_000, 9)
    kept = [zlib.decompress(small) for _ in range(1000)]
    return len(kept)
