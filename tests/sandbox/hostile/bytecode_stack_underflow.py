# expect: trapped|failed|exhausted
import opcode


def victim():
    return 1


def run():
    pop = opcode.opmap["POP_TOP"]
    victim.__code__ = victim.__code__.replace(co_code=bytes([pop, 0] * 5000), co_stacksize=1)
    return victim()
