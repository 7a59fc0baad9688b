"""Identifiers: a kind, then 26 characters that sort by the time they were made; and what a tool may be called."""

import secrets
import time
from datetime import datetime

TOOL_NAME_CHARACTERS_MAX = 64
TOOL_NAME = rf"[a-z][a-z0-9_]{{0,{TOOL_NAME_CHARACTERS_MAX - 1}}}"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new(kind: str) -> str:
    """Return an identifier such as `run_01k8...`: 48 bits of milliseconds, then 80 random bits."""
    return _written(kind, (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80))


def first(kind: str, moment: datetime) -> str:
    """Return what no identifier made at `moment` or later comes before."""
    return _written(kind, int(moment.timestamp() * 1_000) << 80)


def _written(kind: str, number: int) -> str:
    return f"{kind}_" + "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
