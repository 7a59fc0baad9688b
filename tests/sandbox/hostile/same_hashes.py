# expect: returned
# twice: same
def run():
    return [hash("a"), hash(b"b"), hash((1, "c")), list({"x", "y", "z", "w"})]
