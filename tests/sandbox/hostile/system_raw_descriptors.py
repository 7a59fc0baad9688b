# expect: failed|returned 0
import os


def run():
    taken = 0
    for number in range(3, 200):
        try:
            os.read(number, 1)
            taken += 1
        except OSError:
            pass
    return taken
