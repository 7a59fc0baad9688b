# expect: exhausted fuel
def run():
    return max(range(10**12))
