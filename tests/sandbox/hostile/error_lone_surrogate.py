# expect: failed
def run():
    raise ValueError("\ud800")
