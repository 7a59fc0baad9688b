# expect: exhausted fuel
def run():
    text = "a" * 3_000_000
    return [("a" * n + "b") in text for n in range(1, 1_000_000, 7)].count(True)
