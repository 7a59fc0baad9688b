# expect: returned true
import gc

gc.disable()
gc.freeze()
KEPT = [{"n": n} for n in range(20_000)]


def run():
    return len(KEPT) == 20_000
