# expect: failed
def run():
    return 10**5000
