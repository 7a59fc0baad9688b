"""What takes long is tried as a sample, the same in every run; `./dev whole` tries all of it."""

import os
import random
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
WHOLE = os.environ.get("SEALWRIGHT_TESTS") == "whole"


def draw(named: str, every: Iterable[T], most: int) -> list[T]:
    """At most so many of them, in their order. Each draw has a name, so that one more elsewhere changes none of it."""
    found = [*every]
    if WHOLE or len(found) <= most:
        return found
    # SEALWRIGHT_TESTS may be any other word: another sample.
    chance = random.Random(f"{os.environ.get('SEALWRIGHT_TESTS', '')}{named}")  # noqa: S311 - a sample, to be repeated
    places = sorted(chance.sample(range(len(found)), most))
    return [found[place] for place in places]
