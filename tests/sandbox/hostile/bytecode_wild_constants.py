# expect: trapped|failed|exhausted
import opcode


def victim():
    return 1


def run():
    load, back = opcode.opmap["LOAD_CONST"], opcode.opmap["RETURN_VALUE"]
    victim.__code__ = victim.__code__.replace(co_code=bytes([load, 200, back, 0]), co_consts=())
    return repr(victim())
