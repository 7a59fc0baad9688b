"""Noisy neighbours: what each kind of them runs, and how many of it at once. A tool goes on until it is stopped."""

from dataclasses import dataclass

_LEDGER = "from sealwright import ledger\n"
_KV = "from sealwright import kv\n"


@dataclass(frozen=True, slots=True)
class Noise:
    """`body` is what the tool does again and again after `before` and `start`, in `times` runs at once.

    `again`: it does so once, and each of `times` callers calls it anew.
    """

    body: str
    times: int = 40
    before: str = ""
    start: str = ""
    again: bool = False

    def source(self, name: str) -> str:
        lines = self.body.splitlines()
        if self.again:
            inside = "".join(f"    {line}\n" for line in lines)
        else:
            inside = "    while True:\n" + "".join(f"        {line}\n" for line in lines)
        first = "".join(f"    {line}\n" for line in self.start.splitlines())
        return f"{self.before}def {name}():\n{first}{inside}"


NOISES = {
    # that compute
    "loops": Noise("pass", 60),
    "sums": Noise("sum(range(1_000_000))"),
    "texts": Noise("'x'.join(str(n) for n in range(10_000))"),
    "regex": Noise("re.findall(r'(a+)+b', 'a' * 18)", before="import re\n"),
    "sorting": Noise("sorted(range(50_000), key=lambda n: -n)"),
    "hashing": Noise("hashlib.sha256(b'x' * 1_000_000).digest()", before="import hashlib\n"),
    "numbers": Noise("pow(3, 100_000, 10**400 + 1)"),
    "decimals": Noise("Decimal(2).sqrt(Context(prec=2_000))", before="from decimal import Context, Decimal\n"),
    "json": Noise("json.loads(json.dumps(list(range(20_000))))", before="import json\n"),
    "recursion": Noise("try:\n    f()\nexcept RecursionError:\n    pass", before="def f():\n    f()\n"),
    "exceptions": Noise("try:\n    {}['x']\nexcept KeyError:\n    pass"),
    # that fill memory
    "memory": Noise("bytearray(50_000_000)[::4096] = b'1' * 12_208", 20),
    "moves": Noise("kept[:] = kept[1:] + kept[:1]", 20, start="kept = bytearray(20_000_000)"),
    "garbage": Noise("[[] for _ in range(200_000)]", 20),
    "held": Noise("time.sleep(1)", 16, before="import time\n", start="kept = bytearray(60_000_000)"),
    # that wait, and ask their host
    "sleepers": Noise("time.sleep(4)", 130, before="import time\n"),
    "naps": Noise("time.sleep(0.001)", 60, before="import time\n"),
    "host_calls": Noise("ledger.is_done('x')", 60, before=_LEDGER),
    "marks": Noise("n += 1\nledger.mark_done(f'k{n}')", 60, before=_LEDGER, start="n = 0"),
    "values": Noise("kv.set('tool/k', 'x' * 1000)", 60, before=_KV),
    "large_values": Noise("kv.set('tool/k', 'x' * 60_000)", 20, before=_KV),
    "refused": Noise("try:\n    kv.get('other/k')\nexcept Exception:\n    pass", 60, before=_KV),
    "logs": Noise("print('x' * 1000)"),
    "progress": Noise("progress(1, 2, 'on the way')", before="from sealwright import progress\n"),
    "clock": Noise("time.time()", before="import time\n"),
    "chance": Noise("os.urandom(4_096)", before="import os\n"),
    # that come again and again
    "short_calls": Noise("return 1", 16, again=True),
    "large_results": Noise("return 'x' * 900_000", 8, again=True),
    "failures": Noise("raise ValueError('x' * 10_000)", 16, again=True),
    "deep_results": Noise("x = []\nfor _ in range(2_000):\n    x = [x]\nreturn x", 16, again=True),
    "cancelled": Noise("while True:\n    pass", 16, again=True),
}
HEAVY = "table = [n * n for n in range(2_000_000)]\ndef heavy():\n    return len(table)\n"
CHEAP = "def cheap():\n    return 1\n"
