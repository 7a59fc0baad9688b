# expect: failed|returned []
import os


def run():
    return os.listdir("/")
