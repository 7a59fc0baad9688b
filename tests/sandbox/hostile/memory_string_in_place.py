# CPython 3.14.0 loses the string when growing it in place fails; only the tool itself suffers.
# expect: failed | exhausted memory_bytes
def run():
    text = "x" * (1 << 20)
    while True:
        text += text
