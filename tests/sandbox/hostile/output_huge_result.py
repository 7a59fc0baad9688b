# expect: exhausted result_bytes
# limits: {"result_bytes": 10000}
def run():
    return "x" * 10_001
