"""Test strength: a line broken on purpose must break what an example or a hold-out states.

What nothing notices, nothing proves. Survivors are shown, with a call that would tell them apart from the original.
"""

import asyncio
from typing import Literal

from sandbox import Finding
from tenants.gates.strength import claims, marked
from tenants.gates.strength.bench import Bench, Telling
from tenants.gates.strength.mutants import Mutant
from tenants.gates.trial.candidates import Candidate, brief
from tenants.rules.gates import NOTICED_ENOUGH, NOTICED_LEAST

name = "strength"
_SHOWN = 4
_FEW = 6


async def check(candidate: Candidate) -> list[Finding]:
    cases = [*candidate.spec["examples"], *candidate.spec["holdouts"]]
    tried = await marked.marked(candidate) if cases and candidate.component is not None else None
    if tried is None:
        return []  # nothing to break, or the switch does not fit this source: nothing can be said
    bench, made = tried.bench, tried.mutants
    # The cheapest case first: one that notices is enough.
    ran = sorted(tried.ran, key=lambda one: one.fuel)
    fuel = 20 * max(seen.execution.fuel_used for one in ran for seen in one.seen) + 100_000_000
    survived = await asyncio.gather(
        *(bench.survives(one, [each.case for each in ran if each.meets(one)], fuel) for one in made)
    )
    survivors = [one for one, alive in zip(made, survived, strict=True) if alive]
    said, excused = await claims.judged(bench, candidate.spec.get("equivalent") or [], made, survivors)
    counted = [one for one in made if one not in excused]
    return [*said, *await _told(bench, [one for one in survivors if one not in excused], counted)]


def _severity(made: list[Mutant], survivors: list[Mutant]) -> Literal["error", "warning"] | None:
    """Judge by the mistakes in functions: of a table, many a row is as good as its neighbour.

    Only a table of which nothing at all is noticed counts by itself.
    """
    caught = {
        table: sum(one.table is table for one in made) - sum(one.table is table for one in survivors)
        for table in (False, True)
    }
    inside, tables = (sum(one.table is table for one in made) for table in (False, True))
    if (inside >= _FEW and caught[False] / inside < NOTICED_LEAST) or (tables >= _FEW and not caught[True]):
        return "error"
    return "warning" if len(made) >= _FEW and sum(caught.values()) / len(made) < NOTICED_ENOUGH else None


async def _told(bench: Bench, survivors: list[Mutant], made: list[Mutant]) -> list[Finding]:
    severity = _severity(made, survivors)
    if severity is None:
        return []
    shown = survivors[:_SHOWN]
    tellings = await asyncio.gather(*(bench.telling(one) for one in shown))
    summary = Finding(
        name,
        severity,
        f"The examples and hold-outs notice {len(made) - len(survivors)} of {len(made)} mistakes made on purpose; "
        f"{NOTICED_ENOUGH:.0%} are enough.",
        "Add examples that tell the right answer from a nearly right one: bounds, ties, empty lists, repeats. "
        "What nobody could notice, name in `equivalent` with the reason. Unnoticed, by line:column: "
        f"{'; '.join(f'{one.place} `{one.was}` to `{one.became}`' for one in survivors)}.",
    )
    return [summary, *(_survivor(one, telling) for one, telling in zip(shown, tellings, strict=True))]


def _survivor(mutant: Mutant, telling: Telling | None) -> Finding:
    message = f"Nobody notices when `{mutant.was}` becomes `{mutant.became}`."
    hint = None
    if telling is not None:
        hint = (
            f"An example with {brief(telling.arguments, 300)} would; the tool answers {telling.usual} to it now. "
            "Is that right?"
        )
    return Finding(name, "warning", message, hint, mutant.line)
