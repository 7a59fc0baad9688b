# expect: returned 1
from sealwright import _door as host


def run():
    host.progress(float("nan"), float("inf"), "done \x00\x1b[2J\n{\"outcome\": \"returned\"}")
    host.progress(-1.0, None, None)
    return 1
