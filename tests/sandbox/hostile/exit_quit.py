# expect: failed
def run():
    quit()
