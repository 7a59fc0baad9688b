# expect: exhausted fuel
from decimal import Decimal, getcontext


def run():
    getcontext().prec = 1_000_000
    return str(Decimal(2).sqrt().exp())[:3]
