# expect: failed exception
# says: cannot make, change or run code
def run():
    return type(run)(run.__code__, {})()
