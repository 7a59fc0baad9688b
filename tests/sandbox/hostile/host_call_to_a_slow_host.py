# expect: exhausted wall_ms
# limits: {"wall_ms": 300}
# grant: {"ledger": ["*"]}
# slow: true
from sealwright import ledger


def run():
    while True:
        ledger.is_done("x")
