"""Programs that never end: our own meter stops each of them at once, and in the way that wasmtime's does."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from sandbox import Call, Cancelled, Exhausted, Limits
from sandbox.machine.engine import Engine, Instance
from tests.sandbox.makers import SEED, Bench, Bridge, body

ENDLESS = {
    "a loop": "while True: pass",
    "a regular expression": "import re\nre.match('(a+)+$', 'a' * 64 + 'b')",
    "a sum": "sum(range(10**15))",
    "big integers": "n = 3\nwhile True: n = n * n % (1 << 200_000) + 1",
    "a power": "3 ** (1 << 40)",
    "digits": "import sys\nsys.set_int_max_str_digits(0)\nn = 7 ** 400_000\nwhile True: str(n)",
    "sorting": "import random\nn = [random.random() for _ in range(300_000)]\nwhile True: sorted(n)",
    "copies": "n = bytearray(20_000_000)\nwhile True: bytes(n)",
    "moves": "n = bytearray(20_000_000)\nwhile True: n[:-1] = n[1:]; n.append(0)",
    "comparing": "n, m = b'a' * 10_000_000, b'a' * 10_000_000\nwhile n == m: pass",
    "hashing": "import hashlib\nn = b'a' * 10_000_000\nwhile True: hashlib.sha256(n)",
    "packing": "import zlib\nn = b'ab' * 3_000_000\nwhile True: zlib.compress(n, 9)",
    "unpacking": "import zlib\nn = zlib.compress(bytes(20_000_000))\nwhile True: zlib.decompress(n)",
    "an iterator in C": "import collections, itertools\ncollections.deque(itertools.count(), maxlen=0)",
    "decimals": "from decimal import Decimal, getcontext\ngetcontext().prec = 20_000\nwhile True: Decimal(2).sqrt()",
    "JSON": "import json\nn = [1.5] * 100_000\nwhile True: json.dumps(n)",
    "searching": "n = b'a' * 5_000_000\nwhile True: n.find(b'ab')",
    "sort keys that sort": "def key(n):\n    return sorted(range(9), key=lambda m: (m * n) % 7)\n"
    "n = list(range(2000))\nwhile True: sorted(n, key=key)",
    "methods of text": "n = 'aB ' * 500_000\nwhile True: n.swapcase().replace('a', 'bb').split(' ')",
    "joining": "n = ['a'] * 1_000_000\nwhile True: ''.join(n)",
    "a list made long": "while True: [0] * 3_000_000",
    "sets": "n = set(range(300_000))\nwhile True: n & n | n",
    "comparing as text": "n, m = 'a' * 10_000_000, 'a' * 10_000_000\nwhile n == m: pass",
    "normal forms": "import unicodedata\nn = 'e\\u0301' * 300_000\nwhile True: unicodedata.normalize('NFC', n)",
    "recursion": "def again(n):\n    return again(n - 1) if n else 0\nwhile True: again(500)",
    "what is caught": "while True:\n    try:\n        1 / 0\n    except BaseException: pass",
}
# Of what they ask for wasmtime's fuel counts nothing: there only the clock ends them.
ASKING = {
    "the clock": "import time\nwhile True: time.time()",
    "chance": "import os\nwhile True: os.urandom(8)",
}
# A run is stopped within so much of what it computes; and for so long it is watched.
STOPPED_S, COMPUTED_S = 0.025, 0.15


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_stopped_by_its_fuel_under_either_meter(own: Bench, theirs: Bench, name: str) -> None:
    ended: list[tuple[str, str]] = []
    for bench in (own, theirs):
        outcome = bench.run(body(ENDLESS[name]), limits=Limits(fuel=400_000_000, wall_ms=60_000)).outcome
        assert isinstance(outcome, Exhausted), outcome
        ended.append((outcome.kind, outcome.fault.code))
    assert ended[0] == ended[1]


@dataclass
class Looking(Bridge):
    """Takes the CPU time between each two looks of a run at its clock, and stops it at one of them."""

    engine: Engine | None = None
    instance: Instance | None = None
    began_s: float = field(default_factory=time.thread_time)
    looked_s: float = field(default_factory=time.thread_time)
    longest_s: float = 0.0

    def pause(self) -> None:
        assert self.engine is not None
        assert self.instance is not None
        self.engine.ticks.count += 1  # so that the next slice looks as well
        if not self.longest_s or time.thread_time() - self.began_s < COMPUTED_S:
            self.look()
        else:
            self.instance.cancel()

    def look(self) -> None:
        now = time.thread_time()
        self.longest_s = max(self.longest_s, now - self.looked_s)
        self.looked_s = now


@pytest.mark.parametrize("name", [*ENDLESS, *ASKING])
def test_what_never_ends_looks_at_its_clock_all_the_time_and_stops_at_once(own: Bench, name: str) -> None:
    """By the time that it computes for, so that it holds on a busy machine; where it is too long it is looked twice."""
    loaded, taken = own.load(own.build(body((ENDLESS | ASKING)[name]))), [0.0]
    for _ in range(3):
        with own.engine.instantiate(loaded, Limits(fuel=10**12, wall_ms=600_000)) as instance:
            bridge = Looking(engine=own.engine, instance=instance)
            ran = instance.call(Call("{}", SEED, 0), bridge)
            bridge.look()
        assert isinstance(ran.outcome, Cancelled), ran.outcome
        assert bridge.longest_s > 0
        taken.append(bridge.longest_s)
        if bridge.longest_s <= STOPPED_S:
            break
    print(f"{name}: {taken[-1] * 1000:.1f} ms")
    assert taken[-1] <= STOPPED_S


@pytest.mark.parametrize("limits", [Limits(fuel=10**12, wall_ms=200), Limits(fuel=400_000_000, wall_ms=60_000)])
def test_a_limit_ends_a_loop_at_once(own: Bench, limits: Limits) -> None:
    ran = own.run(body("while True: pass"), limits=limits)
    assert isinstance(ran.outcome, Exhausted)
    assert ran.fuel_used <= limits.fuel
    assert ran.outcome.fault.code == ("fuel" if ran.fuel_used == limits.fuel else "wall_ms")


def test_a_cancelled_run_ends_at_once(own: Bench) -> None:
    loaded = own.load(own.build(body("while True: pass")))
    with own.engine.instantiate(loaded, Limits(fuel=10**12, wall_ms=60_000)) as instance:
        threading.Timer(0.2, instance.cancel).start()
        began = time.monotonic()
        assert isinstance(instance.call(Call("{}", SEED, 0), Bridge()).outcome, Cancelled)
    assert time.monotonic() - began < 10
