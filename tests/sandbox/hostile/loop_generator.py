# expect: exhausted fuel
import itertools


def run():
    return sum(itertools.count())
