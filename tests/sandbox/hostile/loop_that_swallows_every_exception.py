# expect: exhausted fuel
def run():
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
