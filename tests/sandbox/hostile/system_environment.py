# expect: returned {}
import os


def run():
    return dict(os.environ)
