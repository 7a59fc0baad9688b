# expect: returned {"survived": true}
def run():
    try:
        bytearray(10**9)
    except MemoryError:
        return {"survived": True}
