"""Whoever adds a capability writes four files and a line: a pager is added to a copy of the product with just these."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.makers import CHECKOUT

# An image is built, and a tool goes through every gate.
pytestmark = pytest.mark.timeout(1_200)
PAGER = Path(__file__).parent / "pager"
FILES = (
    "sandbox/guest/sealwright/pager.py",
    "sandbox/capabilities/pager.py",
    "sandbox/worlds/pager.py",
    "tenants/capabilities/pager.py",
)
LIST = "sandbox/capabilities/__init__.py"
LINE = '    "pager",\n'


def with_the_pager(copy: Path) -> None:
    for package in ("api", "tenants", "sandbox"):
        shutil.copytree(CHECKOUT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        assert not (copy / name).exists()
        shutil.copyfile(PAGER / name, copy / name)
    listed = (copy / LIST).read_text()
    assert listed.count('    "clock",\n') == 1
    (copy / LIST).write_text(listed.replace('    "clock",\n', f'    "clock",\n{LINE}'))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy tells of it. Its image has the pager's module in it, and is kept by its content."""
    copy = tmp_path_factory.mktemp("copy")
    with_the_pager(copy)
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.pager.story",
            tmp_path_factory.mktemp("data"),
            CHECKOUT / ".data" / "images-pager",
        ],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": f"{copy}:{CHECKOUT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-4000:]
    return json.loads(told.stdout.splitlines()[-1])


def test_four_files_and_a_line_are_all_of_it() -> None:
    assert sorted(str(path.relative_to(PAGER)) for path in PAGER.glob("*/**/*.py")) == sorted(FILES)


def test_the_manual_and_the_rules_know_it(story: dict[str, Any]) -> None:
    assert story["listed"] == "pager"
    assert story["manual"]
    assert story["spec_problems"] == []
    assert any("uses pager, which the spec does not ask for" in said for said in story["unasked"])


def test_grants_narrow_it_and_say_so(story: dict[str, Any]) -> None:
    assert story["sentences"] == ["Page oncall, at any hour.", "Use pager for at most 2 pages in a run."]
    assert story["admitted"] == ["Wake up", "keyed"]
    assert '{"pager": ["page boss"]}' in story["refused"]
    assert "'page oncall'" in story["unreadable"]


def test_a_tool_that_uses_it_well_passes_every_gate(story: dict[str, Any]) -> None:
    assert story["live"] == "live"


def test_gates_hold_tools_to_its_bad_days(story: dict[str, Any]) -> None:
    assert any(
        "nobody carries the pager and then again: 1 of 1 pages are never sent" in one for one in story["forgetful"]
    )
    assert story["boastful"]


def test_runs_use_it_and_are_journalled_and_replayed(story: dict[str, Any]) -> None:
    assert story["run"]["outcome"] == "returned", story["run"]
    assert [whom for _, whom in story["paged"]] == [
        {"whom": "oncall", "text": "Incident disk-8", "key": f"page/{b'disk-8'.hex()}"}
    ]
    assert story["journal"] == [["pager", "page", "keyed"]]
    assert story["replayed"]["identical"] is True, story["replayed"]


def test_agents_hear_that_it_reaches_out_and_tenants_may_have_it_repeated(story: dict[str, Any]) -> None:
    assert story["open_world"]
    assert story["policy"] == 200
