# expect: failed
# says: nan
def run():
    return float("nan")
