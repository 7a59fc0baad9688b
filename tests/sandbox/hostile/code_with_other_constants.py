# expect: failed exception
# says: cannot make, change or run code
import copy


def good():
    return 'good'


def run():
    return copy.replace(good.__code__, co_consts=('evil',))
