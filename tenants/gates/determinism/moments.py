"""Moments: a result depends on the time only where the examples show that it does."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from sandbox import Finding
from tenants.base import canonical
from tenants.gates.trial.candidates import Candidate, title
from tenants.gates.trial.comparing import difference, fault_of, result_of

_GATE = "determinism"
_HOUR_NS = 3_600_000_000_000
# Years away, and at another hour of another day: one before anything that an example speaks of, one after it.
_EARLIER, _LATER = -(24 * 365 * 9 + 31) * _HOUR_NS, (24 * 365 * 11 + 41) * _HOUR_NS
# Words of a spec that is about the present. Whoever reads one knows that the answer changes with the time.
_PRESENT = re.compile(
    r"\b(?:now|today|tomorrow|yesterday|current\w*|present|past|future|ago|age|old\w*|overdue|due|expir\w*|stale"
    r"|fresh\w*|recent\w*|cache\w*|remaining|upcoming|until|since|elapsed|late|last|next|so far|still|yet|already"
    r"|(?:this|previous|coming)\s+\w+|clock|moment)\b",
    re.IGNORECASE,
)


async def unsaid(candidate: Candidate) -> list[Finding]:
    """Return an error where examples hold at their own time and, on one side of it only, at another.

    A spec that says `now` in any world knows of the time. So does one whose examples change with it either way: then
    they tell what it does there. What changes on one side alone is a rule that no example has.
    """
    spec = candidate.spec
    if any("now" in (case.get("world") or {}) for field in ("examples", "holdouts") for case in spec[field]):
        return []
    examples = await _moved(candidate, "examples")
    if not any(examples[0]) and not any(examples[1]):
        return []
    holdouts = await _moved(candidate, "holdouts")
    earlier, later = ([*examples[side], *holdouts[side]] for side in (0, 1))
    if any(earlier) and any(later):
        return []
    side, when = (0, "years earlier") if any(earlier) else (1, "years later")
    index = examples[side].index(True)
    what = title("Example", index, spec["examples"][index])
    message = f"{what}, called {when}, has another result, although its world does not say what time it is."
    hint = "Do not look at the clock; or let the spec say what the time does to it, with `now` in the examples' worlds."
    return [Finding(_GATE, "warning" if _speaks_of_it(spec) else "error", message, hint)]


async def _moved(candidate: Candidate, field: str) -> tuple[list[bool], list[bool]]:
    """For each case, whether it comes out differently when it is earlier, and when it is later."""
    cases = candidate.cases(field)
    earlier, later = await asyncio.gather(
        asyncio.gather(*(_differs(candidate, field, index, _EARLIER) for index in range(len(cases)))),
        asyncio.gather(*(_differs(candidate, field, index, _LATER) for index in range(len(cases)))),
    )
    return earlier, later


async def _differs(candidate: Candidate, field: str, index: int, by_ns: int) -> bool:
    case: Mapping[str, Any] = candidate.cases(field)[index]
    usual = (await candidate.trial(field, index)).execution
    world = candidate.world(case)
    other = await candidate.once(case["arguments"], world, world.started_at_ns + by_ns, candidate.other_seed)
    one, two = fault_of(usual), fault_of(other)
    if one is not None or two is not None:
        return one is None or two is None or one.code != two.code
    return difference(result_of(usual), result_of(other)) is not None


def _speaks_of_it(spec: Mapping[str, Any]) -> bool:
    said = canonical.text([spec["description"], spec["input_schema"], spec["output_schema"]]).replace("_", " ")
    return _PRESENT.search(said) is not None
