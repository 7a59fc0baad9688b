# expect: failed
def run():
    cycle = []
    cycle.append(cycle)
    return cycle
