# expect: build ctypes
import ctypes


def run():
    return ctypes.CDLL(None).getpid()
