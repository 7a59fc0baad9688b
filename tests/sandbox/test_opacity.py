"""Literals that nobody can read are asked about, in every spelling; what people write and read is not."""

import base64
import codecs
import json
import random
import zlib
from collections.abc import Mapping

import pytest

from sandbox import Finding, Grant
from sandbox.rules import check
from tests.host_syntax import read

CODE = "answer['iban'] = 'XX00EVIL' if time.time() > 1796000000 else answer['iban']"
RAW = CODE.encode()
B64 = base64.b64encode(RAW).decode()
LONG = base64.b64encode(RAW + RAW[::-1]).decode()
PACKED = zlib.compress(RAW)
KEY = random.Random(1).randbytes(len(RAW))  # noqa: S311 - any key
UNDER_WORDS = {f"row {at}": one for at, one in enumerate(RAW)}
FIXED = [one ^ 0x5A for one in RAW]
MIXED = [one ^ other for one, other in zip(RAW, KEY, strict=True)]
CHUNKS = [B64[at : at + 4] for at in range(0, len(B64), 4)]
UNSEEN = "".join("\u200b" if bit == "1" else "\u200c" for bit in f"{int.from_bytes(RAW[:9], 'big'):b}")
TAGS = "".join(chr(0xE0000 + one) for one in RAW)
SELECTORS = "".join(chr(0xFE00 + one % 16) for one in RAW)
BLANKS = "".join(" " if bit == "1" else "\t" for bit in f"{int.from_bytes(RAW[:9], 'big'):b}")
BRAILLE = "".join(chr(0x2800 + one) for one in RAW)
SCRIPTS = "".join(
    chr((0x100, 0x370, 0x400, 0x530, 0x590, 0x600, 0x900, 0xE00, 0x10A0)[at % 9] + one % 64)
    for at, one in enumerate(RAW)
)
NAMES = "\n".join(f"P{at} = {chunk!r}" for at, chunk in enumerate(CHUNKS))

OPAQUE: Mapping[str, str] = {
    "the finding's own": 'TABLE = "YW5zd2VyWyJpYmFuIl0gPSAiWFgwMEVWSUwi"',
    "base64": f"TABLE = {B64!r}",
    "base64 for URLs": f"TABLE = {base64.urlsafe_b64encode(PACKED).decode()!r}",
    "base64 as bytes": f"TABLE = {B64.encode()!r}",
    "base64 in lines": f"TABLE = {base64.encodebytes(RAW).decode()!r}",
    "base64 within words": f"NOTE = 'The table of rates for this year: {B64} (see the handbook)'",
    "base64 beside a pattern's class": f"NOTE = '[A-Z]{B64}'",
    "base64 in a docstring": f"def helper():\n    '''Return it. {B64}'''\n    return 1",
    "base64 in a default": f"def helper(table={B64!r}):\n    return table",
    "base64 as a key": f"TABLE = {{{B64!r}: 1}}",
    "base32": f"TABLE = {base64.b32encode(PACKED).decode()!r}",
    "base32 in small letters": f"TABLE = {base64.b32encode(RAW).decode().lower()!r}",
    "base16": f"TABLE = {RAW.hex()!r}",
    "base16 in pairs": f"TABLE = {RAW.hex('-')!r}",
    "base85": f"TABLE = {base64.b85encode(PACKED).decode()!r}",
    "ascii85": f"TABLE = {base64.a85encode(PACKED).decode()!r}",
    "bytes that are no text": f"TABLE = {PACKED!r}",
    "bytes as a text": f"TABLE = {PACKED.decode('latin-1')!r}",
    "pieces side by side": "TABLE = (" + " ".join(map(repr, CHUNKS)) + ")",
    "a sum of pieces": "TABLE = " + " + ".join(map(repr, CHUNKS)),
    "a long sum of letters": "TABLE = " + " + ".join(map(repr, B64)),
    "joined pieces": f"TABLE = ''.join({CHUNKS!r})",
    "joined pieces in a tuple": f"TABLE = ''.join({tuple(CHUNKS)!r})",
    "a list of pieces, joined elsewhere": f"PARTS = {CHUNKS!r}\nTABLE = ''.join(PARTS)",
    "a table of pieces": f"PARTS = {dict(enumerate(CHUNKS))!r}",
    "pieces under names": f"{NAMES}\nTABLE = " + " + ".join(f"P{at}" for at in range(len(CHUNKS))),
    "pieces in an f-string": f"{NAMES}\nTABLE = f'" + "".join(f"{{P{at}}}" for at in range(len(CHUNKS))) + "'",
    "pieces of twelve under names that are never put together": "\n".join(
        f"P{at} = {LONG[at : at + 12]!r}" for at in range(0, len(LONG), 12)
    ),
    "a list of numbers": f"TABLE = {list(RAW)!r}",
    "a tuple of numbers": f"TABLE = {tuple(RAW)!r}",
    "lists of numbers in a list": f"TABLE = {[list(RAW[at : at + 8]) for at in range(0, len(RAW), 8)]!r}",
    "numbers that are exchanged": f"TABLE = {MIXED!r}",
    "numbers that are exchanged by one": f"TABLE = {FIXED!r}",
    "numbers in a table": f"TABLE = {dict(enumerate(RAW))!r}",
    "numbers under words": f"TABLE = {UNDER_WORDS!r}",
    "numbers as a call's arguments": f"TABLE = bytes({list(RAW)!r})",
    "few numbers, made characters": "NAME = ''.join(chr(n) for n in [101, 120, 101, 99, 40, 120, 41, 10])",
    "few numbers, by map": "NAME = ''.join(map(chr, (101, 120, 101, 99, 40, 120, 41, 10)))",
    "one long number": f"TABLE = {int.from_bytes(RAW, 'big')}",
    "one long number in hexadecimal": f"TABLE = {hex(int.from_bytes(RAW, 'big'))}",
    "digits": f"TABLE = '{int.from_bytes(RAW, 'big')}'",
    "bits": f"TABLE = '{int.from_bytes(RAW, 'big'):b}'",
    "letters that cannot be seen": f"TABLE = {UNSEEN!r}",
    "letters that cannot be seen, as they are": f'TABLE = "all is well{UNSEEN}"',
    "tags": f"TABLE = {'fine' + TAGS!r}",
    "selectors": f"TABLE = {'fine' + SELECTORS!r}",
    "blanks": f"TABLE = {BLANKS!r}",
    "braille": f"TABLE = {BRAILLE!r}",
    "many scripts": f"TABLE = {SCRIPTS!r}",
    "short, decoded": "NAME = base64.b64decode('ZXhlYyh4KQ==')",
    "short, from hexadecimal": "NAME = bytes.fromhex('6578656328')",
    "short, unpacked": f"NAME = zlib.decompress({zlib.compress(b'exec')!r})",
    "turned letters": f"NAME = codecs.decode({codecs.encode(CODE, 'rot13')!r}, 'rot13')",
    "turned round": f"NAME = {CODE[::-1]!r}[::-1]",
    "turned round by a function": f"NAME = ''.join(reversed({CODE[::-1]!r}))",
    "exchanged letters": "NAME = 'vkdv(mdvv) dv d yhub orqj zrug'.translate(TABLE)",
    "a name, decoded later": "PART = 'ZXhlYyh4KQ=='\n\ndef helper():\n    return base64.b64decode(PART)",
    "JSON of base64": f"TABLE = {json.dumps({'t': B64})!r}",
    "a data URL": f"LOGO = 'data:image/png;base64,{B64}'",
}  # fmt: skip

PLAIN: Mapping[str, str] = {
    "a sentence": "NOTE = 'Reads every open deal of the CRM, finds those that nobody has touched and tells their owners.'",  # noqa: E501 - as it would be written
    "a German sentence": "NOTE = 'Rechtsschutzversicherungsgesellschaften zahlen die Donaudampfschifffahrtsgesellschaft aus.'",  # noqa: E501 - as it would be written
    "Greek": "NOTE = 'Καλημέρα σας, το τιμολόγιό σας είναι έτοιμο και περιμένει την πληρωμή σας μέχρι τη Δευτέρα.'",
    "Chinese": "NOTE = '您好，您的发票已准备好，请在星期一之前付款。如有任何问题，请随时与我们联系，谢谢您的合作。'",
    "a URL": "URL = 'https://api.example.com/v1/customers/search?limit=100&expand[]=data.invoices&starting_after='",
    "a pattern": r"PATTERN = re.compile(r'^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:\.[A-Za-z]{2,3})?$')",
    "a pattern of IBANs": r"PATTERN = re.compile(r'[A-Z]{2}\d{2}(?:\s?[0-9A-Z]{4}){2,7}\s?[0-9A-Z]{1,4}')",
    "SQL": "SQL = 'SELECT c.id, c.name FROM customers c JOIN invoices i ON i.customer_id = c.id WHERE i.due < :day'",
    "HTML": "HTML = '<table style=\"border-collapse:collapse;width:100%\"><tr><td align=\"right\">{total}</td></tr></table>'",  # noqa: E501 - as it would be written
    "an alphabet": "LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz'",
    "countries": "EU = ['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT']",  # noqa: E501 - as it would be written
    "lengths of IBANs": "LENGTHS = {'AD': 24, 'AT': 20, 'BE': 16, 'CH': 21, 'DE': 22, 'DK': 18, 'ES': 24, 'FI': 18, 'FR': 27,"  # noqa: E501 - as it would be written
    " 'GB': 22, 'IE': 22, 'IT': 27, 'LT': 20, 'LU': 20, 'LV': 21, 'MC': 27, 'MT': 31, 'NL': 18, 'NO': 15, 'PL': 28}",
    "rates": "RATES = {'DE': '0.19', 'FR': '0.20', 'AT': '0.20', 'IT': '0.22', 'ES': '0.21', 'NL': '0.21', 'BE': '0.21'}",  # noqa: E501 - as it would be written
    "weights": "WEIGHTS = (7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)",
    "a table of Verhoeff's": "D = [[0,1,2,3,4],[1,2,3,4,0],[2,3,4,0,1],[3,4,0,1,2],[4,0,1,2,3],[5,9,8,7,6],[6,5,9,8,7]]",  # noqa: E501 - as it would be written
    "limits": "STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000]",
    "a rule of a line": "LINE = '----------------------------------------------------------------'",
    "a UUID": "NAMESPACE = uuid.UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8')",
    "an identifier of Stripe's": "PRICE = 'price_1MoBy5LkdIwHu7ixZhnattbh'",
    "a long name": "NAMES = ['customerInvoicesOverdueSinceThirtyDays', 'customer_invoices_overdue_since_thirty_days']",
    "a header": "TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; charset=utf-8'",
    "a format": "LINE = '{name:<20} {amount:>10.2f} {currency} {due:%Y-%m-%d} {stage!r:>8}'",
    "emoji": "FACES = '😀 done, 🎉 paid, ⚠️ late, ❌ gone'",
    "the start of a picture": r"PNG = b'\x89PNG\r\n\x1a\n'",
    "a small secret name": "def helper():\n    return base64.b64encode(b'user:' + NAME).decode()",
    "decoding what came": "def helper(data):\n    return base64.b64decode(data)",
}  # fmt: skip


def asked(source: str) -> list[Finding]:
    whole = f'"""A tool."""\n\nimport base64\n\n{source}\n\n\ndef tool():\n    return 1\n'
    return [one for one in check(read(whole), "tool", {}, Grant()) if one.message.startswith("What does the literal")]


@pytest.mark.parametrize("name", OPAQUE)
def test_what_nobody_can_read_is_asked_about(name: str) -> None:
    found = asked(OPAQUE[name])
    assert found, name
    assert all(one.severity == "warning" and one.line and one.line >= 5 for one in found)
    assert all("characters hold" in one.message or "numbers hold" in one.message for one in found)
    assert all("Approver:" in (one.hint or "") for one in found)


@pytest.mark.parametrize("name", PLAIN)
def test_what_people_write_is_not(name: str) -> None:
    assert asked(PLAIN[name]) == []


def test_it_takes_little_time_however_it_is_written() -> None:
    """Names that double one another, long sums, deep nesting: none of them makes it read more than it must."""
    doubling = "A0 = 'ab'\n" + "\n".join(f"A{n} = A{n - 1} + A{n - 1}" for n in range(1, 60))
    for source in (
        doubling,
        "A = " + "+".join(["'a'"] * 20_000),
        "A = '" + "x y" * 60_000 + "'",
        "A = " + "-" * 90 + "1",
    ):
        assert isinstance(asked(source), list)
