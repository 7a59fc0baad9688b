# expect: trapped
import faulthandler


def run():
    faulthandler._sigsegv()
