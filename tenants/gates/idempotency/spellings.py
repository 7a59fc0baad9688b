"""Spellings: one and the same thing, written otherwise, is still one."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from sandbox import Finding
from sandbox.worlds import Deed
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.effects import adds, counted, identity, told
from tenants.schemas import json_schemas

_GATE = "idempotency"
# Mailboxes are the one thing of which everybody knows that capitals make no other of it.
_ADDRESS = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*")


async def spelled_otherwise(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Error where an item that is given twice, the second time in capitals, is done twice."""
    given: dict[str, Any] = {
        key: [*cast("list[Any]", value), *map(_capitals, cast("list[Any]", value))]
        if isinstance(value, list)
        else value
        for key, value in case["arguments"].items()
    }
    twice_as_written = {
        key: [*cast("list[Any]", value), *cast("list[Any]", value)] if isinstance(value, list) else value
        for key, value in case["arguments"].items()
    }
    schema = json_schemas.closed(cast("dict[str, Any]", candidate.spec["input_schema"]))
    if given == twice_as_written or json_schemas.value_problems(schema, given):
        return None
    world = candidate.world(case)
    await candidate.once(given, world, world.started_at_ns)
    usually = {_folded(deed) for deed in usual.world.deeds}
    before, after = _times(usual.world.deeds), _times(world.deeds)
    again = [deed for deed in world.deeds if adds(deed) and after[_folded(deed)] > before[_folded(deed)]]
    if not again or any(_folded(deed) not in usually for deed in again):
        return None
    message = f"{what}, with every item given again in capitals: the same effect happens twice: {told(again[-1])}."
    hint = "Remove repeats first: compare what identifies an item (trimmed, casefolded), and do each once."
    return Finding(_GATE, "error", message, hint)


def _times(deeds: list[Deed]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text, number in counted(deeds).items():
        found[text.casefold()] += number
    return found


def _folded(deed: Deed) -> str:
    return identity(deed).casefold()


def _capitals(value: Any) -> Any:
    if isinstance(value, str):
        return value.upper() if _ADDRESS.fullmatch(value) else value
    if isinstance(value, dict):
        return {name: _capitals(inner) for name, inner in cast("dict[str, Any]", value).items()}
    return [_capitals(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value
