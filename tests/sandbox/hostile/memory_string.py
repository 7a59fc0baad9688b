# expect: exhausted memory_bytes
def run():
    text = "x"
    while True:
        text = f"{text}{text}"
