# expect: failed exception
# says: cannot make, change or run code
def run():
    kind = type(run.__code__)
    return kind(0, 0, 0, 0, 1, 0, b"", (), (), (), "x", "x", "x", 1, b"", b"")
