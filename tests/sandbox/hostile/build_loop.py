# expect: build fuel
while True:
    pass


def run():
    return 1
