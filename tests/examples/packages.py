"""A tool package of examples/, and its tool run in the real sandbox against a host."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from sandbox import Call, Component, Execution, Failed, Finding, Grant, Host, Limits, Pool, Returned
from sandbox.rules import check
from tests.host_syntax import read

CHECKOUT = Path(__file__).parents[2]
STARTED_AT_NS = 1_780_304_400_000_000_000  # the moment at which canned worlds start: 2026-06-01T09:00:00Z


@dataclass(frozen=True)
class Package:
    """A folder with spec.yaml and tool.py."""

    folder: Path

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        return yaml.safe_load((self.folder / "spec.yaml").read_text(encoding="utf-8"))

    @cached_property
    def source(self) -> str:
        return (self.folder / "tool.py").read_text(encoding="utf-8")

    @property
    def grant(self) -> Grant:
        return Grant.parse(self.spec["capabilities"])

    def findings(self) -> list[Finding]:
        return check(read(self.source), self.spec["name"], self.spec["input_schema"], self.grant)

    async def build(self, pool: Pool) -> Component:
        built = await pool.fork(self.source, self.spec["name"])
        assert isinstance(built, Component), built
        return built

    async def run(
        self,
        pool: Pool,
        component: Component,
        arguments: Mapping[str, Any],
        host: Host,
        started_at_ns: int = STARTED_AT_NS,
    ) -> Execution:
        call = Call(json.dumps(arguments), bytes(32), started_at_ns)
        return await pool.run(component, call, grant=self.grant, limits=Limits.of(self.spec.get("limits")), host=host)


PACKAGES = {path.parent.name: Package(path.parent) for path in sorted(CHECKOUT.glob("examples/*/spec.yaml"))}
CASES = [
    (folder, kind, number)
    for folder, package in PACKAGES.items()
    for kind in ("examples", "holdouts")
    for number in range(len(package.spec[kind]))
]


def answer_of(execution: Execution) -> dict[str, Any]:
    """Say how a run ended in the words of an example: `{"result"}` or `{"error": {"code"}}`."""
    match execution.outcome:
        case Returned(result):
            return {"result": json.loads(result)}
        case Failed(fault):
            return {"error": {"code": fault.code}, "message": fault.message, "log": execution.log}
        case other:
            return {"outcome": repr(other), "log": execution.log}
