# expect: exhausted fuel
def run():
    try:
        return 1
    finally:
        while True:
            pass
