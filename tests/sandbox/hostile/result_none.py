# expect: returned null
def run():
    return None
