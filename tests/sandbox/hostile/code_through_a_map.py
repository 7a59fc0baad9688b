# expect: failed exception
# says: cannot make, change or run code
def run():
    return list(map(eval, ["'e' + 'vil'"]))
