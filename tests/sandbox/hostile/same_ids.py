# expect: returned
# twice: same
def run():
    return [id(object()), id([]), repr(object())]
