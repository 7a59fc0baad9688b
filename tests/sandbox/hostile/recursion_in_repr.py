# expect: failed|exhausted|trapped
def run():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return repr(nested)
