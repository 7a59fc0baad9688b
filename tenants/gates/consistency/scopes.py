"""Scopes: what is done once for one thing is done for the next one too. A key made of too little holds it back."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Finding
from tenants.gates.trial.candidates import Candidate, brief, later_ns
from tenants.gates.trial.comparing import fault_of
from tenants.gates.trial.effects import adds, identity, told
from tenants.gates.trial.trying import asked, cases, fits

# Names of what tells one thing from another.
_NAMES = re.compile(r"(?:^|_)(?:id|ids|number|no|ref|reference|code|uuid|slug)$", re.IGNORECASE)
_INSERTS = re.compile(r"INSERT INTO [^;]*;", re.IGNORECASE)
# And one time from another, whether or not the result says it back.
_PERIODS = re.compile(r"(?:^|_)(?:month|period|week|quarter|year|billing_month)$", re.IGNORECASE)


async def suppressed(candidate: Candidate) -> Finding | None:
    """Ask about a call that does nothing because another one, for something else, was made before it."""
    if candidate.spec["effects"] == "read":
        return None
    for case in cases(candidate)[:2]:
        for field, other in _others(candidate, case):
            both = {**case, "world": _with_other(case.get("world") or {}, case["arguments"][field], other[field])}
            finding = await _suppressed(candidate, both if _PERIODS.search(field) else case, field, other)
            if finding is not None:
                return finding
    return None


def _others(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The case for another thing, by each argument that names what it is about: the result says it back."""
    given, result = case["arguments"], case["result"]
    for name, value in given.items():
        echoed = isinstance(result, dict) and cast("dict[str, Any]", result).get(name) == value
        is_named = (echoed and _NAMES.search(name)) or _PERIODS.search(name)
        if is_named and (other := _another(value)) is not None:
            changed = {**given, name: other}
            if fits(candidate, changed):
                yield name, changed


def _with_other(canned: Mapping[str, Any], one: Any, other: Any) -> dict[str, Any]:
    """A world in which there is for another month what there is for this one."""
    if not isinstance(one, str):
        return dict(canned)
    wider = {part: _beside(said, one, other) for part, said in canned.items()}
    scripts: Mapping[str, Any] = canned.get("sql") or {}
    for name, script in scripts.items():
        rows = [row.replace(one, other) for row in _INSERTS.findall(str(script)) if one in row]
        wider["sql"] = {**wider["sql"], name: "\n".join([f"{str(script).rstrip().rstrip(';')};", *rows])}
    return wider


def _beside(said: Any, one: str, other: str) -> Any:
    if not isinstance(said, dict):
        return said
    known = cast("dict[str, Any]", said)
    more = {name.replace(one, other): value for name, value in known.items() if one in name}
    return {**known, **json.loads(json.dumps(more).replace(one, other))}


def _another(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1
    if not isinstance(value, str) or not value:
        return None
    end = value[-1]
    if end.isdecimal() and end.isascii():
        return value[:-1] + str((int(end) + 3) % 10)
    return value[:-1] + ("b" if end == "a" else "a") if end.isalpha() else None


async def _suppressed(
    candidate: Candidate, case: Mapping[str, Any], field: str, other: Mapping[str, Any]
) -> Finding | None:
    alone = candidate.world({"arguments": other, "world": case.get("world")})
    if fault_of(await candidate.once(other, alone, alone.started_at_ns)) is not None:
        return None
    world = candidate.world({"arguments": other, "world": case.get("world")})
    if fault_of(await candidate.once(case["arguments"], world, world.started_at_ns)) is not None:
        return None
    before = {identity(deed) for deed in world.deeds}
    wanted = [deed for deed in alone.deeds if adds(deed) and identity(deed) not in before]
    if not wanted:
        return None
    done = len(world.deeds)
    world.rewind()
    second = await candidate.once(other, world, later_ns(world), candidate.other_seed)
    if fault_of(second) is not None or any(adds(deed) for deed in world.deeds[done:]):
        return None
    return asked(
        f"After a call with {field} {brief(case['arguments'][field], 60)}, the same with {brief(other[field], 60)} "
        f"does nothing: {told(wanted[0])} is left out as if it had been done. Is it the same thing?",
        f"If it is another one, make the key of its effect of {field} too. Two examples in one world settle it.",
    )
