# expect: returned 1
# log: the log is full
def run():
    for _ in range(3000):
        print("x" * 1000)
    return 1
