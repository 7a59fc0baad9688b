# expect: returned 1
def run():
    print("\ud800")
    return 1
