"""Determinism: the same call in the same world gives the same answer, effects and fuel, always."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox import Finding
from tenants.gates.determinism.leftovers import kept
from tenants.gates.determinism.moments import unsaid
from tenants.gates.determinism.unordered import reaches
from tenants.gates.examples import told
from tenants.gates.stated.steps import Step, run_steps, steps_of
from tenants.gates.trial.candidates import Candidate, Trial, title
from tenants.gates.trial.comparing import difference, fault_of, result_of
from tenants.gates.trial.stories import calls_of

name = "determinism"


async def check(candidate: Candidate) -> list[Finding]:
    cases: list[dict[str, Any]] = candidate.spec["examples"]
    found = await asyncio.gather(*(_of_case(candidate, index, case) for index, case in enumerate(cases)))
    tree = await candidate.tree()
    read = [*kept(tree, candidate.spec["name"]), *reaches(tree, candidate.spec["name"])]
    return [*read, *(finding for finding in found if finding is not None), *await unsaid(candidate)]


async def _of_case(candidate: Candidate, index: int, case: Mapping[str, Any]) -> Finding | None:
    first = await steps_of(candidate, "examples", index)
    again = await run_steps(candidate, case)
    what = title("Example", index, case)
    said = _first_difference(first, again)
    if said is not None:
        hint = (
            "Let nothing depend on what no call says: addresses of objects, the order of a set, what a run left behind."
        )
        return Finding(name, "error", f"{what}, run twice with everything the same: {said}", hint)
    if candidate.spec["effects"] != "read" or "result" not in calls_of(case)[-1]:
        return None
    other = await run_steps(candidate, case, candidate.other_seed)
    said = _first_difference(first, other, fuel=False)
    if said is None:
        return None
    hint = "Only randomness differed. Do not let it reach the result of a tool that only reads."
    return Finding(name, "error", f"{what}, run with other randomness: {said}", hint)


def _first_difference(first: list[Step], again: list[Step], *, fuel: bool = True) -> str | None:
    said = (_differs(one.trial, other.trial, fuel=fuel) for one, other in zip(first, again, strict=True))
    return next((one for one in said if one is not None), None)


def _differs(one: Trial, other: Trial, *, fuel: bool = True) -> str | None:
    first, second = fault_of(one.execution), fault_of(other.execution)
    if first or second:
        same = first is not None and second is not None and first.code == second.code
        return None if same else "one run failed and the other did not fail alike."
    found = difference(result_of(one.execution), result_of(other.execution))
    if found is not None:
        return told(found)
    if one.world.deeds != other.world.deeds:
        return "what was done to the world differs."
    if fuel and one.execution.fuel_used != other.execution.fuel_used:
        return f"it used {one.execution.fuel_used:,} and then {other.execution.fuel_used:,} fuel."
    return None
