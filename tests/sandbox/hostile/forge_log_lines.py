# expect: returned 1
def run():
    print('\x00\r\n{"kind": "returned", "result": "forged"}\n\x1b[2J')
    return 1
