# expect: exhausted wall_ms | exhausted fuel
# limits: {"fuel": 1000000000000, "wall_ms": 500}
import time


def run():
    until = time.time() + 10**9
    while time.time() < until:
        pass
