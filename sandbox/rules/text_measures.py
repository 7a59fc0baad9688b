"""How mixed, how rare and how readable the characters of a text are, each as a number or a yes."""

import math
import re
from collections import Counter
from itertools import pairwise

# Letters, and those that hardly follow them in any language written in Latin letters.
_RARELY_BEFORE = {
    "b": "qvx",
    "c": "jvx",
    "d": "x",
    "f": "jqvxz",
    "g": "qvx",
    "h": "jvx",
    "j": "bcdfghklmnpqrstvwxyz",
    "k": "qvxz",
    "l": "x",
    "m": "qvx",
    "p": "qvx",
    "q": "bcdfghjklmnprstvwxyz",
    "r": "x",
    "s": "x",
    "t": "x",
    "v": "bcdfghjkmpqtwxz",
    "w": "jqvxz",
    "x": "dgjknrvz",
    "y": "q",
    "z": "bdfgjkqrvx",
}
_RARE_PAIRS = frozenset(one + other for one, others in _RARELY_BEFORE.items() for other in others)
_ALPHABET = 0.6


def kind(character: str) -> int:
    """1: a digit, 2: a small letter, 3: a capital, 4: anything else."""
    if character.isdigit():
        return 1
    if character.isalpha():
        return 2 if character.islower() else 3
    return 4


def changes(text: str) -> float:
    """How often the kind of character changes, for each of them. A capital that begins a word is no change."""
    kinds = [kind(character) for character in text]
    changed = sum(one != other and (one, other) != (3, 2) for one, other in pairwise(kinds))
    return changed / max(1, len(kinds) - 1)


def rare(text: str) -> float:
    """The share of rare pairs among those of letters; fewer than three are chance."""
    pairs = [f"{one}{other}" for one, other in pairwise(text.lower()) if (one + other).isalpha()]
    found = sum(pair in _RARE_PAIRS for pair in pairs)
    return found / len(pairs) if found >= 3 else 0.0


def entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def is_alphabet(text: str) -> bool:
    """Characters one after another, as they stand in their row."""
    steps = sum(ord(other) - ord(one) == 1 for one, other in pairwise(text))
    return steps >= _ALPHABET * (len(text) - 1)


def is_periodic(text: str) -> bool:
    start = text[:256]
    return any(start[period:] == start[:-period] for period in range(1, len(start) // 2 + 1))


def longest_word(token: str) -> int:
    return max((len(run) for run in re.findall(r"[a-z]+|[A-Z]+", token)), default=0)


def is_unseen(character: str) -> bool:
    point = ord(character)
    return (
        point in {0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFFA0, 0x2800}
        or 0x200B <= point <= 0x200F
        or 0x202A <= point <= 0x202E
        or 0x2060 <= point <= 0x206F
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0000 <= point <= 0xE0FFF
        or 0xE000 <= point <= 0xF8FF
        or point == 0xFEFF
    )
