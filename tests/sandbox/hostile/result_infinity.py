# expect: failed
def run():
    return {"a": [float("-inf")]}
