"""Injection: what others write stays text, whatever it is put into: a page, a mail, a statement, an address.

Found by running: a mark that would be markup, SQL or part of an address is added to each text of a call, and to what
the world says of somebody, and looked for where it must not mean anything. So a tool that escapes, checks against a
list or binds a parameter passes, by whatever names it goes.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, NamedTuple, cast

from sandbox import Finding
from sandbox.worlds import InvalidWorld
from tenants.gates.injection import known_texts, marks
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, Trial, brief, title
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.faults import Stagehand
from tenants.schemas import json_schemas

name = "injection"
_CASES = 4
_PLACES = 16


class _Marked(NamedTuple):
    """A case with one text marked, in its arguments or in its world. `text` is it, `where` says where it stands."""

    what: str
    case: Mapping[str, Any]
    text: str
    where: str
    mark: str


async def check(candidate: Candidate) -> list[Finding]:
    found = await asyncio.gather(*[_tried(candidate, one) async for one in _marked(candidate)])
    first: dict[str, Finding] = {}
    for finding in found:
        if finding is not None:
            first.setdefault(str(finding.hint), finding)
    return list(first.values())


async def _marked(candidate: Candidate) -> AsyncGenerator[_Marked]:
    """Each place once, in the first example that has it, with every mark that could matter to what it does."""
    seen: set[tuple[Path, str]] = set()
    for index, case in list(enumerate(candidate.cases("examples")))[:_CASES]:
        usual = await candidate.trial("examples", index)
        if "result" not in case:
            continue
        what = title("Example", index, case)
        for one, place in _in_arguments(candidate, what, case, usual):
            if (place, one.mark) not in seen:
                seen.add((place, one.mark))
                yield one
        for one in _in_world(what, case, usual):
            yield one


def _in_arguments(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[tuple[_Marked, Path]]:
    schema = cast("dict[str, Any]", candidate.spec["input_schema"])
    found: list[tuple[_Marked, Path]] = []
    for place, text in edge_arguments.texts_of(schema, case["arguments"])[:_PLACES]:
        for mark in marks.that_matter(usual, text):
            given = edge_arguments.put(case["arguments"], place, f"{text}{mark}")
            if not json_schemas.value_problems(json_schemas.closed(schema), given):
                other = {"arguments": given, "world": case.get("world")}
                where = f"as {'/'.join(map(str, place))}"
                found.append((_Marked(what, other, text, where, mark), tuple(p for p in place if isinstance(p, str))))
    return found


def _in_world(what: str, case: Mapping[str, Any], usual: Trial) -> list[_Marked]:
    """What the world tells of somebody and the tool passes on, into pages or into statements."""
    written = {
        marks.MARKUP: "\n".join(page for _, page in marks.pages(usual.world)),
        marks.SQL: "\n".join(marks.statements(usual.calls)),
    }
    world: Mapping[str, Any] = case.get("world") or {}
    return [
        _Marked(what, {**case, "world": known_texts.marked(dict(world), text, mark)}, text, "in its world", mark)
        for mark, shown in written.items()
        for text in known_texts.within(world, shown)
    ]


async def _tried(candidate: Candidate, one: _Marked) -> Finding | None:
    try:
        world = candidate.world(one.case)
    except InvalidWorld:  # with the mark in it, it is no world any more
        return None
    host = Stagehand(world)
    await candidate.once(one.case["arguments"], host, world.started_at_ns)
    found = marks.reached(one.mark, host)
    if found is None:
        return None
    message = f"{one.what}, with {brief(f'{one.text}{one.mark}', 80)} {one.where}: {found.sentence}."
    return Finding(name, "error", message, found.hint)
