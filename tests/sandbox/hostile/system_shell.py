# expect: failed
import os


def run():
    return os.system("id")
