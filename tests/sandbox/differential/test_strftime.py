"""Every directive of strftime, with every flag and some widths, gives in the sandbox what glibc gives."""

import itertools
import json
import platform
import string
import time

import pytest

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Returned
from tests.sandbox.makers import Bench

FLAGS = ("", "-", "_", "0", "^", "#", "_^", "-^", "0#", "^#", "-_", "_0")
WIDTHS = ("", "1", "3", "12")
FORMS = ("", "E", "O")
MOMENTS = (
    (2026, 3, 9, 7, 5, 3, 0, 68, 0), (1999, 12, 31, 23, 59, 59, 4, 365, 0), (2026, 11, 22, 0, 30, 0, 6, 326, 0),
    (2024, 2, 29, 12, 0, 9, 3, 60, 0),
)  # fmt: skip
# A count of seconds depends on the zone, and these on the era of the C library's own making.
LEFT_OUT = frozenset("sE")


def formats() -> list[str]:
    letters = [one for one in string.ascii_letters + "%+:? é" if one not in LEFT_OUT]
    made = itertools.product(FLAGS, WIDTHS, FORMS, letters)
    return [f"<%{flag}{width}{form}{letter}>" for flag, width, form, letter in made]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what it is compared with is glibc's")
def test_each_directive_gives_what_glibc_gives(bench: Bench) -> None:
    loaded = bench.load(
        bench.build(
            "import time\ndef tool(given, moment):\n    return [time.strftime(f, tuple(moment)) for f in given]"
        )
    )
    wrong: dict[str, tuple[str, str]] = {}
    for moment in MOMENTS:
        limits = Limits(fuel=20_000_000_000, wall_ms=60_000)
        ran = bench.call(loaded, {"given": formats(), "moment": moment}, limits=limits)
        assert isinstance(ran.outcome, Returned), ran
        answers = json.loads(ran.outcome.result)
        for one, said in zip(formats(), answers, strict=True):
            if said != time.strftime(one, moment):
                wrong[one] = (said, time.strftime(one, moment))
    print(f"{len(formats())} directives, {len(MOMENTS)} moments, {len(wrong)} differences")
    assert not wrong
