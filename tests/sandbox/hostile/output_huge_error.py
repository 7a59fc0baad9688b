# expect: failed|exhausted
# limits: {"result_bytes": 100000}
def run():
    raise ValueError("x" * 5_000_000)
