# expect: failed
def run():
    raise KeyboardInterrupt
