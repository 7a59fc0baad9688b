"""Evaluates what is always so on calls that were made, in the sandbox: those of the gates, and real runs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import Call, Component, Finding, Grant, Limits, Returned
from sandbox.rules import Grammar, Workshop
from sandbox.worlds import World
from tenants.base import canonical
from tenants.gates.invariants import expressions
from tenants.gates.trial.candidates import Made

_BATCH_LENGTH_MAX = 400_000
_LIMITS = Limits.of({"fuel": 20_000_000_000, "argument_bytes": 16 << 20})
TOO_MUCH = "the invariants take too much to evaluate"


@dataclass(frozen=True, slots=True)
class Broken:
    """Of which call which invariant does not hold, by number; `why` where evaluating it failed."""

    call: int
    number: int
    why: str | None


@dataclass(frozen=True, slots=True)
class Checker:
    """A tool that evaluates one spec's invariants. `failing`: those that are about calls which fail as well."""

    component: Component
    every: list[int]
    failing: list[int]

    @classmethod
    async def build(
        cls, workshop: Workshop, grammar: Grammar, always: Sequence[Mapping[str, str]]
    ) -> "Checker | list[Finding]":
        """Findings when it cannot be built. Raises RuntimeError for expressions that are none."""
        trees = await expressions.trees_of(grammar, always)
        source = await expressions.checker(grammar, trees)
        built = await workshop.fork(source, expressions.CHECKER_NAME)
        if not isinstance(built, Component):
            return list(built.findings)
        failing = [at for at, tree in enumerate(trees) if expressions.asks_for_error(tree)]
        return cls(built, list(range(len(trees))), failing)

    async def broken(self, workshop: Workshop, made: Sequence[Made]) -> list[Broken]:
        """Evaluate all of them on all calls."""
        found: list[Broken] = []
        for since, batch in self._batches(made):
            call = Call(canonical.plain({"runs": batch}), bytes(32), 0)
            execution = await workshop.run(self.component, call, grant=Grant.parse({}), limits=_LIMITS, host=World())
            match execution.outcome:
                case Returned(result):
                    found += [Broken(since + at, number, why) for at, number, why in json.loads(result)["broken"]]
                case _:
                    found.append(Broken(since, 0, TOO_MUCH))
        return found

    def _batches(self, made: Sequence[Made]) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
        since, batch, length = 0, list[Mapping[str, Any]](), 0
        for at, one in enumerate(made):
            run = {
                "checks": self.every if one.error is None else self.failing,
                "arguments": one.arguments, "result": one.result, "error": one.error, "done": one.done,
                "untold": list(one.untold),
            }  # fmt: skip
            size = len(canonical.text(run))
            if batch and length + size > _BATCH_LENGTH_MAX:
                yield since, batch
                since, batch, length = at, [], 0
            batch.append(run)
            length += size
        if batch:
            yield since, batch
