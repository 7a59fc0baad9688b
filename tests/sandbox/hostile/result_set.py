# expect: failed
# says: set
def run():
    return {1, 2}
