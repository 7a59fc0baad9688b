# expect: build
import faulthandler

faulthandler._sigsegv()


def run():
    return 1
