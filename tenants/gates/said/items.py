"""Items: what comes of one item of a list does not hang on the others, and one given again changes nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Finding
from tenants.base import canonical
from tenants.gates.said.outcomes import Outcome, outcome, outcomes
from tenants.gates.said.phrases import sentence_at
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.trying import asked, cases, schema_of

_CASES = 3
_TWICE = re.compile(r"twice|duplicate|more than once|repeated|several times|again", re.IGNORECASE)
_NO_MATTER = re.compile(r"nothing|once|ignored|not count|no account|only the first|does not matter", re.IGNORECASE)


def _rows(result: Any) -> dict[str, list[Any]]:
    if isinstance(result, list):
        return {"": cast("list[Any]", result)}
    found = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
    return {name: cast("list[Any]", one) for name, one in found.items() if isinstance(one, list)}


def _lists(given: Mapping[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    for name, one in given.items():
        if isinstance(one, list) and one:
            yield (name,), cast("list[Any]", one)


async def mixed_up(candidate: Candidate) -> Finding | None:
    """Ask about items whose part of the result is another one's where something stands before them."""
    shown = [case for case in candidate.cases("examples") if "result" in case]
    for name, rows in _one_each(shown):
        for case in cases(candidate)[:_CASES]:
            items = cast("list[Any]", case["arguments"].get(name, []))
            usual = await outcome(candidate, case["arguments"], case.get("world"))
            before = None if usual is None else _rows(usual.result).get(rows)
            if before is None or len(before) != len(items) or not items:
                continue
            for odd in _odd_items(candidate, case, name):
                given = {**case["arguments"], name: [odd, *items]}
                came = await outcome(candidate, given, case.get("world"))
                after = None if came is None or came.error else _rows(came.result).get(rows)
                if after is None or len(after) != len(items) + 1:
                    continue
                at = _shifted(before, after, [odd, *items])
                if at is not None:
                    return asked(
                        f"Each item of {name} has its place in {rows or 'the result'}, in the same order. With "
                        f"{brief(odd, 100)} before {brief(items, 200)}, what comes of {brief(items[at], 100)} is "
                        f"{brief(after[at + 1], 140)}; without it, it is {brief(before[at], 140)}. Is an item's answer "
                        "mixed up with that of another?",
                        "Pair each item with its own answer, not by counting. An example settles it.",
                    )
    return None


def _shifted(before: list[Any], after: list[Any], items: list[Any]) -> int | None:
    """The first item that has now what another one had before; None where all that was said of each is still said."""
    was, now = [_answer(one, items) for one in before], [_answer(one, items) for one in after]
    kept = {canonical.text(one) for one in after}
    if len(set(was)) < 2 or all(canonical.text(one) in kept for one in before):
        return None
    known = [n for n, (one, other) in enumerate(zip(was, now[1:], strict=True)) if one != other and other in was]
    shifted = sum(one == other for one, other in zip(was, now, strict=False))
    return known[0] if known and shifted >= len(was) - 1 else None


def _answer(row: Any, items: list[Any]) -> str:
    """A row without what it says back of its item."""
    if not isinstance(row, dict):
        return canonical.text(row)
    said = canonical.text(items)
    return canonical.text({k: v for k, v in cast("dict[str, Any]", row).items() if canonical.text(v) not in said})


def _one_each(shown: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each argument of which the result has, in every example, a list as long as it is."""
    names = dict.fromkeys(name for case in shown for path, _ in _lists(case["arguments"]) for name in path)
    for name in names:
        for rows in dict.fromkeys(key for case in shown for key in _rows(case["result"])):
            sizes = [(len(case["arguments"].get(name, [])), len(_rows(case["result"]).get(rows, []))) for case in shown]
            if all(one == two for one, two in sizes) and any(one > 1 for one, _ in sizes):
                yield str(name), rows


def _odd_items(candidate: Candidate, case: Mapping[str, Any], name: str) -> list[Any]:
    """Items that stand in no list of the case: those of the odd arguments, whatever they are."""
    items: list[Any] = case["arguments"][name]
    alone = edge_arguments.put(case["arguments"], (name,), items[:1])
    odd = edge_arguments.arguments(schema_of(candidate), [alone], 120)
    found = [one[name][0] for one in odd if isinstance(one.get(name), list) and len(one[name]) == 1]
    fresh = [one for one in found if canonical.text(one).casefold() not in canonical.text(items).casefold()]
    return list({canonical.text(one): one for one in fresh}.values())[:6]


async def counted_again(candidate: Candidate) -> Finding | None:
    """Ask about an item that is given twice and makes a difference, where the description says that it makes none."""
    text = str(candidate.spec["description"])
    for case in cases(candidate)[:_CASES]:
        for (name, *_), items in _lists(case["arguments"]):
            said = _sentence(text, str(name))
            if said is None:
                continue
            calls: list[tuple[Mapping[str, Any], Any]] = [
                (case["arguments"], case.get("world")),
                ({**case["arguments"], str(name): [*items, *items]}, case.get("world")),
            ]
            usual, twice = await outcomes(candidate, calls)
            if usual is None or twice is None or usual.error or twice.error:
                continue
            leaf = _grown(usual, twice)
            if leaf is not None:
                return asked(
                    f'The description says "{said[:200]}". Called with {brief(calls[1][0], 260)}, with each of {name} '
                    f"given twice, {leaf.strip('/')} is {brief(twice.leaves.get(leaf), 80)}; given once it is "
                    f"{brief(usual.leaves.get(leaf), 80)}. Does one that is given twice count twice?",
                    "Leave out what stands there already, before anything is counted. An example settles it.",
                )
    return None


def _sentence(text: str, name: str) -> str | None:
    for found in _TWICE.finditer(text):
        said = sentence_at(text, found.start())
        if _NO_MATTER.search(said) and (name.rstrip("s")[:5].lower() in said.lower()):
            return said
    return None


def _grown(usual: Outcome, twice: Outcome) -> str | None:
    """A number, or the deeds, that differ; what names the repeats has a place of its own, which was empty."""
    for leaf, value in usual.leaves.items():
        if leaf.endswith("#"):
            continue
        if isinstance(value, int) and not isinstance(value, bool) and value and twice.leaves.get(leaf) != value:
            return leaf
    return None
