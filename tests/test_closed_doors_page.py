"""What the pages on security name is there, and what they count is not less."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.makers import CHECKOUT

PAGES = ["SECURITY.md", "docs/threat-model.md", "docs/closed-doors.md"]
FILE = re.compile(r"\btests/[\w/]+\.py\b")
RULE = re.compile(r"^\| (\d)\. .*\| (tests/.*) \| (\d+) \|$", re.MULTILINE)
BOUNDARY = re.compile(r"^\d\. \*\*(.+?)\*\*(.*?)(?=^\d\. \*\*|^$)", re.MULTILINE | re.DOTALL)
FINDINGS = [*("C1", "C2"), *(f"H{n}" for n in range(1, 11)), *(f"M{n}" for n in range(1, 13))]
SPELLINGS_MIN = 25


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page: str) -> None:
    text = (CHECKOUT / page).read_text()
    assert [name for name in FILE.findall(text) if not (CHECKOUT / name).is_file()] == []
    links = [
        link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (CHECKOUT / page).parent.joinpath(link).exists()
    ]
    assert links == []


def test_every_boundary_names_what_holds_it() -> None:
    found = BOUNDARY.findall((CHECKOUT / "docs/threat-model.md").read_text())
    assert len(found) == 8
    assert [name for name, text in found if not FILE.search(text)] == []


def test_every_finding_has_its_tests() -> None:
    text = (CHECKOUT / "docs/closed-doors.md").read_text()
    rows = dict(re.findall(r"^\| ((?:[CHM]|low )\d+) [^|]*\|([^|]*)\|$", text, re.MULTILINE))
    assert {*FINDINGS, *(f"low {n}" for n in range(1, 13))} == rows.keys()
    assert [name for name, tests in rows.items() if not FILE.search(tests)] == []


def test_every_rule_is_tried_in_as_many_spellings_as_the_page_says() -> None:
    rules = RULE.findall((CHECKOUT / "docs/closed-doors.md").read_text())
    assert [number for number, _, _ in rules] == list("1234567")
    names = sorted({name for _, files, _ in rules for name in FILE.findall(files)})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-o",
        "addopts=",
        "--import-mode=importlib",
        "--collect-only",
        "-q",
        *names,
    ]
    every = {**os.environ, "SEALWRIGHT_TESTS": "whole"}
    said = subprocess.run(command, cwd=CHECKOUT, env=every, capture_output=True, text=True, check=True).stdout
    cases = Counter(line.partition("::")[0] for line in said.splitlines() if "::" in line)
    counted = {number: sum(cases[name] for name in FILE.findall(files)) for number, files, _ in rules}
    assert {number: most for number, _, most in rules if counted[number] < int(most) or int(most) < SPELLINGS_MIN} == {}
