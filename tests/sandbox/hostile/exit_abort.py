# expect: failed|trapped
import os


def run():
    os.abort()
