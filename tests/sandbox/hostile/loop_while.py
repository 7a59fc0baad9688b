# expect: exhausted fuel
def run():
    while True:
        pass
