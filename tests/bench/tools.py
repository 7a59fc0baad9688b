"""Twenty tools that do what tools do, each with its arguments: for repeating, comparing and timing."""

TOOLS: dict[str, tuple[str, dict[str, object]]] = {
    "trivial": ("def trivial(**given):\n    return 1\n", {}),
    "echo": ("def echo(text):\n    return text\n", {"text": "grüße"}),
    "hashes": ("def hashes():\n    return [hash('a'), hash(('b', 1)), list({'x', 'y', 'z'})]\n", {}),
    "identities": ("def identities():\n    return [id(object()), repr(object()), id([])]\n", {}),
    "draws": (
        (
            "import os, random, secrets, uuid\n"
            "def draws():\n    return [random.random(), secrets.token_hex(), str(uuid.uuid4()), os.urandom(3).hex()]\n"
        ),
        {},
    ),
    "clocks": (
        (
            "import time, datetime\n"
            "def clocks():\n    return [time.time(), time.monotonic(), str(datetime.datetime.now())]\n"
        ),
        {},
    ),
    "sleeps": ("import time\ndef sleeps():\n    time.sleep(2)\n    return time.time()\n", {}),
    "regexes": (
        (
            "import re\nWORDS = re.compile(r'\\b(\\w)(\\w*)\\b')\n"
            "def regexes(text):\n    return WORDS.sub(lambda m: m[2] + m[1], text)\n"
        ),
        {"text": "the quick brown fox " * 20},
    ),
    "decimals": (
        (
            "from decimal import Decimal\n"
            "def decimals(n):\n    return str(sum((Decimal(i) / 7 for i in range(n)), Decimal()))\n"
        ),
        {"n": 300},
    ),
    "classes": (
        (
            "from dataclasses import dataclass, asdict\nfrom enum import Enum\n"
            "class Kind(Enum):\n    A = 'a'\n    B = 'b'\n"
            "@dataclass\nclass Item:\n    kind: Kind\n    n: int\n"
            "def classes(n):\n    return [asdict(Item(Kind.A, i))['n'] for i in range(n)]\n"
        ),
        {"n": 50},
    ),
    "sorts": ("def sorts(n):\n    return sorted(range(n), key=lambda i: (i * 7919) % 101)[:5]\n", {"n": 3000}),
    "parses": (
        (
            "import csv, io, json\n"
            "def parses(text):\n    return json.loads(json.dumps(list(csv.DictReader(io.StringIO(text)))))\n"
        ),
        {"text": "a,b\n1,2\n3,4\n"},
    ),
    "zones": (
        (
            "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n"
            "def zones():\n    return str(datetime(2026, 7, 1, 12, tzinfo=ZoneInfo('Europe/Berlin')).utcoffset())\n"
        ),
        {},
    ),
    "databases": (
        (
            "import sqlite3\n"
            "def databases(n):\n    db = sqlite3.connect(':memory:')\n    db.execute('create table t(a)')\n"
            "    db.executemany('insert into t values (?)', [(i,) for i in range(n)])\n"
            "    return db.execute('select sum(a) from t').fetchone()[0]\n"
        ),
        {"n": 200},
    ),
    "gathers": (
        (
            "import asyncio\n"
            "async def one(n):\n    await asyncio.sleep(n / 100)\n    return n\n"
            "async def every():\n    return await asyncio.gather(*(one(n) for n in range(5)))\n"
            "def gathers():\n    return asyncio.run(every())\n"
        ),
        {},
    ),
    "asks": (
        (
            "from sealwright import kv, ledger\n"
            "def asks(n):\n    kv.set('n', n)\n    return [ledger.claim([f'k{i}' for i in range(n)]), kv.get('n')]\n"
        ),
        {"n": 5},
    ),
    "prints": ("def prints(n):\n    for i in range(n):\n        print('line', i)\n    return n\n", {"n": 50}),
    "fails": ("def fails():\n    return {}['missing']\n", {}),
    "recurses": ("def recurses():\n    return recurses()\n", {}),
    "templates": (
        (
            "from jinja2 import Template\nPAGE = Template('{% for r in rows %}{{ r }},{% endfor %}')\n"
            "def templates(n):\n    return PAGE.render(rows=range(n))\n"
        ),
        {"n": 40},
    ),
}
