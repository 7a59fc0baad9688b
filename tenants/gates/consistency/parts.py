"""Parts: a number that is looked for in a text is not found in a longer one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import Finding
from tenants.base import canonical
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.trying import asked, cases, shown, texts

_QUOTED = re.compile(r"'([^'\n]{3,40})'|\"([^\"\\\n]{3,40})\"")
_NUMBER = re.compile(r"(?=.*\d)[\w./-]*\d")
_PROBES = 6


async def taken_for_the_whole(candidate: Candidate) -> Finding | None:
    """Ask where a text that names a longer number is answered as if it named the known one."""
    for case in cases(candidate)[:2]:
        usual = await shown(candidate, case, case["arguments"])
        for place, text, number in list(_named(candidate, case))[:_PROBES]:
            if usual is None or usual.count(number) == 0:
                continue
            longer, without = text.replace(number, f"{number}1"), text.replace(number, "")
            as_before = usual.replace(text, "the text")
            if await _with(candidate, case, place, longer) != as_before:
                continue
            if await _with(candidate, case, place, without) in (None, as_before):
                continue
            return asked(
                f"With {brief(longer, 120)} in place of {brief(text, 120)} the answer is the same, so {number} is "
                f"found where {number}1 stands. Is a part of a number meant to count?",
                "If it is not, look for it as a whole: between word boundaries, or after taking the text apart. An "
                "example with such a text settles it.",
            )
    return None


def _named(candidate: Candidate, case: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """The texts of a call in which something known to its world stands with more around it."""
    world: Any = case.get("world")
    said = canonical.text([world, case["arguments"]])
    known = {one for pair in _QUOTED.findall(said) for one in pair if _NUMBER.fullmatch(one)}
    for place, text in texts(candidate, case):
        for number in sorted(known):
            before, found, after = text.partition(number)
            if found and (before or after) and not after[:1].isalnum() and not before[-1:].isalnum():
                yield place, text, number


async def _with(candidate: Candidate, case: Mapping[str, Any], place: Path, text: str) -> str | None:
    found: Any = await shown(candidate, case, edge_arguments.put(case["arguments"], place, text))
    return None if found is None else found.replace(text, "the text")
