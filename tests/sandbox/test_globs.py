"""Patterns with stars: what they mean, and that no pattern and no text makes them slow."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Grant, InvalidGrant
from sandbox.capabilities.globs import STARS_MAX, matches
from sandbox.capabilities.permits import LENGTH_MAX
from sandbox.grants import PERMITS_MAX

PIECES = st.lists(st.sampled_from(["a", "b", "/", "%", "2F", "5C", "%2F", "\n", "*", "*"]), max_size=8).map("".join)


def meant(pattern: str, text: str) -> bool:
    """The same as a regular expression, which is only good for short ones."""
    body, everything = (pattern[:-1], ".*") if pattern.endswith("*") else (pattern, "")
    piece = r"(?:(?!%2F|%5C)[^/])*"
    return re.fullmatch(piece.join(map(re.escape, body.split("*"))) + everything, text, re.DOTALL) is not None


@given(pattern=PIECES, text=PIECES)
def test_a_pattern_means_what_its_regular_expression_means(pattern: str, text: str):
    assert matches(pattern, text) == meant(pattern, text)
    filled = pattern.replace("*", text, 1)
    assert matches(pattern, filled) == meant(pattern, filled)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("tool/*a*a*a*a*a*b", "tool/" + "a" * 100),
        ("tool/*a*a*a*a*a*b", "tool/" + "a" * 200),
        ("*a" * STARS_MAX + "b", "a" * 100_000),
        ("*aa" * STARS_MAX + "b", "a" * 100_000),
        ("*ab" * STARS_MAX + "c", "ab" * 50_000),
        ("*" * STARS_MAX + "b", "a/" * 50_000),
        ("*a/" * (STARS_MAX - 1) + "b", "a/" * 50_000),
        ("*/" * STARS_MAX + "b", "/" * 100_000),
        ("*%2F" * STARS_MAX, "%2F" * 30_000),
        ("*%" * STARS_MAX + "2F", "%" * 100_000),
        ("*" + "a" * 1_000 + "*" + "a" * 900 + "b", "a" * 100_000),
        ("*" + "ab" * 900 + "*c", "ab" * 50_000),
        ("*a*" * 8 + "*", "b" * 100_000),
        ("*a*a*/*a*a*/*a*a*/b", ("a" * 1_000 + "/") * 100),
        ("*a*b*c*d*e*f*g*h*i*j*k", "abcdefghij" * 10_000),
        ("*\n*\n*\n*x", "\n" * 100_000),
        ("a*" * STARS_MAX + "b", "a" * 100_000),
        ("**a**a**a**a**b", "a" * 100_000),
        ("*é*é*é*é*x", "é" * 100_000),
        ("*a*/*a*/*a*/*a*/*a*/x", "a/" * 50_000),
        ("GET https://h.example/*a*a*a*a*b", "GET https://h.example/" + "a" * 100_000),
        ("*5C*" * 8 + "x", "%5C" * 30_000),
        ("*" + "b" * 1_998 + "c", "b" * 100_000),
        ("*b" + "a" * 1_000 + "*x", "a" * 100_000),
        ("*%2*F*" * 5 + "x", "%2" * 50_000),
    ],
)
def test_matching_takes_no_longer_than_the_text_times_the_stars(pattern: str, text: str):
    started = time.thread_time()
    assert matches(pattern, text) is False
    assert time.thread_time() - started < 0.2


@pytest.mark.parametrize(
    "capabilities",
    [
        {"kv": ["tool/" + "*a" * (STARS_MAX + 1)]},
        {"files": ["read " + "*" * 100 + "/x"]},
        {"http": ["GET https://api.example.com/" + "*a" * 100]},
        {"kv": [f"tool/k{at}" for at in range(PERMITS_MAX + 1)]},
        {"kv": ["tool/" + "k" * LENGTH_MAX]},
        {"http": ["GET https://api.example.com/" + "k" * 100_000]},
        {"tools": ["x" * 100_000]},
        {"sql": ["crm: SELECT '" + "x" * 100_000 + "'"]},
        {"email": ["to " + "x" * 100_000 + "@acme.example"]},
    ],
)
def test_a_permit_has_few_stars_and_a_length(capabilities: dict[str, list[str]]):
    with pytest.raises(InvalidGrant) as invalid:
        Grant.parse(capabilities)
    assert len(str(invalid.value)) < 2_000
