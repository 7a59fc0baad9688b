# expect: returned 1
# twice: same
calls = 0


def run():
    global calls
    calls += 1
    return calls
