"""Patterns with `*`: at the end it stands for everything, elsewhere for one piece between slashes."""

import re
from functools import lru_cache

# An encoded slash stays inside its piece for us, yet a server may take it for a real one.
_ONE_PIECE = r"(?:(?!%2F|%5C)[^/])*"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    body, everything = (pattern[:-1], ".*") if pattern.endswith("*") else (pattern, "")
    return re.compile(_ONE_PIECE.join(re.escape(part) for part in body.split("*")) + everything, re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


def covers(wider: str, narrower: str) -> bool:
    """Whether every text that `narrower` matches is matched by `wider`. Says no when unsure."""
    if wider == narrower or ("*" not in narrower and matches(wider, narrower)):
        return True
    return wider.endswith("*") and "*" not in wider[:-1] and narrower.startswith(wider[:-1])
