# expect: failed exit
import os


def run():
    os._exit(0)
