# expect: build
def other():
    return 1
