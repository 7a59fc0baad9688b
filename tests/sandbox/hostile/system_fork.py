# expect: failed
import os


def run():
    return os.fork()
