"""Heeded: what the description speaks of makes a difference. A status that changes nothing is not looked at."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said.outcomes import outcome, outcomes, stands_at
from tenants.gates.said.phrases import sentence_at
from tenants.gates.said.places import SETTING
from tenants.gates.trial import edge_arguments
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.edge_arguments import Path
from tenants.gates.trial.trying import asked, cases, leaves

_CASES, _TRIED = 3, 8
_STATES = re.compile(
    r"(?:un|not_?|in)?(?:paid|open|closed|active|cancelled|canceled|pending|draft|approved|confirmed|shipped|delivered|refunded|archived"
    r"|deleted|blocked|suspended|published|sent|done|completed|failed|rejected|overdue|enabled|disabled|void|final|posted"
    r"|booked|new|returned|sold|available|verified|subscribed|settled|resolved|expired|accepted|declined|free|taken|queued)",
    re.IGNORECASE,
)
_FIELD = re.compile(r"status|state|kind|type|role|category|stage|phase|channel", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w./:@-])[a-z][a-z_-]{2,20}(?![\w./:@-])")
_STATEMENT = re.compile(r"'([a-z][a-z_ -]{2,20})'")
_CELL = re.compile(r"(?:^|[,;\t\n])([a-z][a-z_-]{2,20})(?=$|[,;\t\r\n])")
_CODES = {"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "HUF"}
_CODE = re.compile(rf"\b(?:{'|'.join(_CODES)})\b")


async def ignored(candidate: Candidate) -> Finding | None:
    """Ask about a word that the description names and the data have, and that no answer hangs on."""
    text = str(candidate.spec["description"])
    found: dict[str, list[tuple[Mapping[str, Any], Any, str]]] = {}
    for case in cases(candidate)[:_CASES]:
        for word, canned, where in _changed(case, text):
            found.setdefault(word, []).append((case, canned, where))
    for word, tried in list(found.items())[:_TRIED]:
        unlike = False
        for case, canned, _ in tried[:6]:
            usual = await outcome(candidate, case["arguments"], case.get("world"))
            came = await outcome(candidate, case["arguments"], canned)
            unlike = unlike or usual is None or came is None or usual.text != came.text
            if unlike:
                break
        if not unlike:
            case, _, where = tried[0]
            said = stands_at(text, word) or 0
            return asked(
                f'The description says "{sentence_at(text, said)[:200]}". Called with '
                f"{brief(case['arguments'], 200)}, where {where} says another word than {word}, the answer is the "
                f"same, as it is in all examples: {word} is not looked at. Is whatever is not {word} to count as well?",
                f"Look at it before anything is counted or done. An example with one that is not {word} settles it.",
            )
    return None


def _changed(case: Mapping[str, Any], text: str) -> Iterator[tuple[str, Any, str]]:
    """Each world of a case with one of its words that the description has replaced."""
    world: Any = case.get("world") or {}
    for path, value in leaves(world):
        if not isinstance(value, str) or path[0] in SETTING or len(path) < 2:
            continue
        # What is answered to a change: consistency/answers.py.
        if str(path[1]).partition(" ")[0] in {"POST", "PUT", "PATCH", "DELETE"}:
            continue
        where = "/".join(map(str, path))
        for word, begin, end in _words(path, value):
            if word in where or not (_STATES.fullmatch(word) or _FIELD.search(str(path[-1]))):
                continue
            if stands_at(text, word) is not None:
                new = f"{value[:begin]}otherwise{value[end:]}"
                yield word, edge_arguments.put(world, path, new), where


def _words(path: Path, value: str) -> Iterator[tuple[str, int, int]]:
    if path[0] == "sql":
        for row in re.finditer(r"INSERT INTO[^;]*;?", value, re.IGNORECASE):
            for one in _STATEMENT.finditer(value, row.start(), row.end()):
                yield one[1], *one.span(1)
    elif path[0] == "files" and "\n" in value:
        for one in _CELL.finditer(value, value.index("\n")):
            yield one[1], *one.span(1)
    elif _WORD.fullmatch(value):
        yield value, 0, len(value)


async def added_up(candidate: Candidate) -> Finding | None:
    """Ask about an amount whose currency is another one than its neighbours', and that comes out the same."""
    for case in cases(candidate)[:_CASES]:
        calls = list(_recoined(case))[:6]
        if not calls:
            continue
        usual = await outcome(candidate, case["arguments"], case.get("world"))
        came = await outcomes(candidate, [(given, canned) for given, canned, _ in calls])
        for (given, _, where), other in zip(calls, came, strict=True):
            if usual is None or other is None or other.error or usual.error:
                continue
            if usual.text == other.text:
                return asked(
                    f"Called with {brief(given, 300)}, where {where} is in another currency than before, the amounts "
                    f"come out the same: {brief(other.result, 200)}. Are different currencies added up as if they were "
                    "one?",
                    "Keep each currency apart, or end with an error where one is not as expected.",
                )
    return None


def _has_neighbours(path: Path, value: str) -> bool:
    return any(isinstance(one, int) for one in path) or len(_CODE.findall(value)) > 1


def _recoined(case: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any, str]]:
    given = cast("Mapping[str, Any]", case["arguments"])
    world = cast("Mapping[str, Any]", case.get("world") or {})
    for holder, in_world in ((given, False), (world, True)):
        for path, value in leaves(holder):
            if not isinstance(value, str) or not _CODE.search(value) or not _has_neighbours(path, value):
                continue
            if len(value) == 3:
                changed = edge_arguments.put(holder, path, "USD" if value != "USD" else "EUR")
            elif in_world:
                last = list(_CODE.finditer(value))[-1]
                code = "USD" if last[0] != "USD" else "EUR"
                changed = edge_arguments.put(holder, path, f"{value[: last.start()]}{code}{value[last.end() :]}")
            else:
                continue
            where = "/".join(map(str, path))
            yield (given, changed, where) if in_world else (changed, world or None, where)
