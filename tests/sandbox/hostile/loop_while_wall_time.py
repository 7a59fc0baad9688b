# expect: exhausted wall_ms
# limits: {"fuel": 1000000000000, "wall_ms": 300}
def run():
    while True:
        pass
