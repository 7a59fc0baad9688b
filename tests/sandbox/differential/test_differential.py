"""Libraries and standard library inside the sandbox give what they give in CPython: asked call by call, and compared.

Where the two differ the reason stands in differences.py; a difference that is not there fails, and so does one that
is there no more.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Returned
from tests.makers import CHECKOUT
from tests.sandbox.differential import calls
from tests.sandbox.differential.differences import DIFFERENCES, NEWER
from tests.sandbox.makers import Bench

# Of a machine nothing but its C library: its zones, languages and folders are not what is compared.
_ENVIRONMENT = {"TZ": "UTC", "LOCPATH": "/nowhere", "PYTHONTZPATH": "", "PYTHONUTF8": "1", "PATH": os.defpath}
# What the guest itself brings, and what it hands to libraries in Pillow's place.
_OURS = f"""
import sys, types
import pypdf
sys.path.append({str(CHECKOUT / "sandbox" / "guest")!r})
import simple_images
sys.modules["PIL"] = types.ModuleType("PIL")
sys.modules["PIL"].Image = simple_images
"""
_NATIVE = "\nif __name__ == '__main__':\n    print('\\n' + json.dumps(tool()))\n"


def native(area: ModuleType, folder: Path) -> list[str]:
    """What this interpreter says, in a process of its own."""
    program = folder / "native.py"
    program.write_text(_OURS + calls.source(area) + _NATIVE)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", program], env=_ENVIRONMENT, cwd=folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    answers: list[str] = json.loads("[" + done.stdout.rpartition("\n[")[2])
    return answers


def sandboxed(area: ModuleType, bench: Bench) -> list[str]:
    limits = Limits(fuel=20_000_000_000, wall_ms=120_000, result_bytes=4 << 20)
    bench = replace(bench, limits=limits)  # the imports are a part of the build
    ran = bench.run("import warnings\nwarnings.simplefilter('ignore')\n" + calls.source(area), limits=limits)
    assert isinstance(ran.outcome, Returned), ran
    answers: list[str] = json.loads(ran.outcome.result)
    return answers


@pytest.mark.parametrize("area", calls.AREAS, ids=lambda area: area.__name__.rpartition(".")[2])
def test_a_call_gives_in_the_sandbox_what_it_gives_in_cpython(bench: Bench, tmp_path: Path, area: ModuleType) -> None:
    asked, ours, theirs = calls.listed(area), sandboxed(area, bench), native(area, tmp_path)
    assert len(ours) == len(theirs) == len(asked)
    found = {call: (here, there) for call, here, there in zip(asked, ours, theirs, strict=True) if here != there}
    unlisted = {call: pair for call, pair in found.items() if call not in DIFFERENCES}
    shown = "\n".join(f"{call}\n   sandbox {here}\n   CPython {there}" for call, (here, there) in unlisted.items())
    print(f"{area.__name__}: {len(asked)} calls, {len(found)} differences, {len(unlisted)} of them not listed")
    assert not unlisted, shown
    same = [call for call in asked if call in DIFFERENCES and call not in found]
    over = [call for call in same if DIFFERENCES[call] != NEWER or sys.version_info < (3, 12)]
    assert not over, f"These are listed and do not differ: {over}"


def test_what_is_compared_is_enough_and_every_listed_difference_is_asked_and_has_its_reason() -> None:
    asked = [call for area in calls.AREAS for call in calls.listed(area)]
    assert len(asked) >= 600
    assert len(set(asked)) == len(asked)
    assert set(DIFFERENCES) <= set(asked)
    assert all(reason.strip() for reason in DIFFERENCES.values())
