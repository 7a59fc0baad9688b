# expect: exhausted fuel
def run():
    return len(str(3 ** (10**8)))
