"""The measured suite of the gates: sound and flawed tools, each flawed one with its defect named.

A family is one YAML file: a spec, and tools for it. A tool is a whole source, or another tool `from` the family with
some `change`s ([old, new] texts), and may change parts of the spec. `holdout/` was written before the gates were
tuned; `fresh/` after they had been, when `holdout/` had been looked at. Their figures are told apart. `unseen/` was
written by somebody who had not read the gates, and so was `blind/`, later; each is judged only when it is named.
`twins_a/` and `twins_b/` are by two authors who had not read them either: flaws that pass their own examples, most with
a sound twin. There a flawed tool says by what words a finding is `named` for its defect, and a family says in `done`
what its sound twin does in each example, as the gate `effects` asks for it; a flawed tool has its own where they differ
in the keys of the ledger only, of which its description says nothing. `strangers/` is by one more author, who had read
nothing but the guide: 32 sound tools and a flawed twin of each. So had the author of `newcomers/`, later: 24 of each, no
two families from one kind of business, and most hold-outs are passed by the flawed twin as well; beside each stands in
a comment a call that shows the flaw.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import yaml

from sandbox import Component, Finding, Image, Pool
from sandbox.worlds import Draws
from tenants.confinement import spec_fields
from tenants import gates
from tenants.confined import spec_rules
from tenants.gates import Candidate, Gate, Report

# Says which worlds are drawn, to look at others: any will do.
SALT = os.environ.get("SEALWRIGHT_GATES_SALT", "")
PRESENT_NS = 1_796_000_000_000_000_000
HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
SETS = ("tuning", "holdout", "fresh")
UNSEEN, BLIND, WRONG, STRANGERS, NEWCOMERS = "unseen", "blind", "wrong", "strangers", "newcomers"
TWINS = ("twins_a", "twins_b")
# Judged when they are named.
KINDS = "kinds"
NAMED = (UNSEEN, BLIND, WRONG, STRANGERS, NEWCOMERS, KINDS, *TWINS)
Standing = Literal["stopped for the right reason", "stopped for another", "asked", "missed", "passed", "rejected"]


@dataclass(frozen=True)
class Tool:
    set: str
    family: str
    name: str
    defect: str | None
    spec: dict[str, Any]
    source: str
    named: str | None = None

    @property
    def sound(self) -> bool:
        return self.defect is None

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"


@dataclass(frozen=True)
class Verdict:
    tool: Tool
    report: Report
    seconds: float

    @property
    def stopped(self) -> bool:
        return not self.report.passed

    @property
    def right(self) -> bool:
        return self.stopped is not self.tool.sound

    @property
    def questions(self) -> int:
        return sum(finding.severity == "question" for finding in self.report.findings)

    @property
    def standing(self) -> Standing:
        """Asked of a flawed tool means: asked about its defect."""
        if self.tool.sound:
            return "rejected" if self.stopped else "asked" if self.questions else "passed"
        if any(self._is_named(finding) for finding in self.report.findings if finding.severity == "error"):
            return "stopped for the right reason"
        if any(self._is_named(finding) for finding in self.report.findings if finding.severity == "question"):
            return "asked"
        return "stopped for another" if self.stopped else "missed"

    def _is_named(self, finding: Finding) -> bool:
        """Whether a finding is about the defect. Where nobody has said by what it is told, every error is."""
        return self.tool.named is None or re.search(self.tool.named, f"{finding.gate}: {finding.message}") is not None

    @property
    def by(self) -> list[str]:
        """The gates that found errors."""
        return list(dict.fromkeys(f.gate for f in self.report.findings if f.severity == "error"))


def tools(which: str, *, as_written: bool = False) -> list[Tool]:
    """`as_written`: before anybody stated what its examples do."""
    return [tool for path in sorted((HERE / which).glob("*.yaml")) for tool in _family(which, path, as_written=as_written)]


def _family(which: str, path: Path, *, as_written: bool) -> Iterator[Tool]:
    family = yaml.safe_load(path.read_text())
    sources: dict[str, str] = {}
    for said in family["tools"]:
        source = said.get("source") or sources[said["from"]]
        for old, new in said.get("change", []):
            assert source.count(old) == 1, f"{path.name} {said['name']}: {source.count(old)} times {old!r}"
            source = source.replace(old, new)
        sources[said["name"]] = source
        assert said.get("sound", False) != ("defect" in said), said["name"]
        spec = {**family["spec"], **said.get("spec", {})}
        stated = None if as_written else said.get("done", family.get("done"))
        if stated is not None:
            stated = zip(spec["examples"], stated, strict=True)
            spec["examples"] = [{**case, "done": done} for case, done in stated]
        problems = spec_rules.problems(spec)
        assert not problems, f"{path.name} {said['name']}: {problems}"
        defect, named = said.get("defect"), said.get("named")
        yield Tool(which, path.stem, said["name"], defect, spec_fields.complete(spec), source, named)


def candidate_of(spec: dict[str, Any], source: str, pool: Pool, image: Image, salt: str = "") -> Candidate:
    """As a server makes one, from a key that is the same in every run of the tests. Another salt is another server."""
    key = hashlib.sha256(f"{SALT}{salt}{source}".encode()).digest()
    return Candidate(spec, source, pool, image, Draws(key, PRESENT_NS))


async def judge(tool: Tool, pool: Pool, image: Image) -> Verdict:
    """Put one tool through what a version goes through."""
    started = monotonic()
    report = await gates.examine(candidate_of(tool.spec, tool.source, pool, image), lambda _: None)
    return Verdict(tool, report, monotonic() - started)


async def errors_of(
    spec: dict[str, Any], source: str, chosen: tuple[Gate, ...], pool: Pool, image: Image
) -> list[Finding]:
    """Ask some gates alone, whatever the others would say; return the errors they find."""
    candidate = candidate_of(spec, source, pool, image)
    report = await gates.check(candidate, tuple(gate for gate in chosen if gate in gates.READING), Report(), lambda _: None)
    later = tuple(gate for gate in chosen if gate not in gates.READING)
    if later:
        built = await pool.fork(source, spec["name"])
        assert isinstance(built, Component), built
        candidate.component = built
        await gates.check(candidate, later, report, lambda _: None)
    return [finding for finding in report.findings if finding.severity == "error"]


async def asked_alone(tool: Tool, name: str, pool: Pool, image: Image) -> list[Finding]:
    """Return the errors that one gate finds in a tool. Two look at what the runs of others have shown."""
    looks_back = name in {"secrets", "invariants"}
    chosen = [gate for gate in gates.EVERY if gate.name == name or (looks_back and gate.name == "examples")]
    return await errors_of(tool.spec, tool.source, tuple(chosen), pool, image)


async def judge_all(chosen: list[Tool], pool: Pool, image: Image, at_once: int = 3) -> list[Verdict]:
    room = asyncio.Semaphore(at_once)

    async def one(tool: Tool) -> Verdict:
        async with room:
            return await judge(tool, pool, image)

    return await asyncio.gather(*(one(tool) for tool in chosen))
