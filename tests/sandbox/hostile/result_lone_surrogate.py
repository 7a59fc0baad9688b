# expect: returned|failed
def run():
    return "\ud800"
