# expect: build|returned 1
for _ in range(10_000):
    print("x" * 1000)


def run():
    return 1
