# expect: failed recursion
def run():
    return run()
