"""Mined: what holds of counts and signs in all examples holds on the odd calls too, or the approver is asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox import Finding
from tenants.gates.said.outcomes import number
from tenants.gates.trial import odd_calls
from tenants.gates.trial.candidates import Candidate, brief
from tenants.gates.trial.comparing import result_of
from tenants.gates.trial.trying import asked, leaves

_TIMES = 2
_Read = Callable[[Mapping[str, Any], Any], bool | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`holds` says whether a call's arguments and result keep to it; None where they say nothing of it."""

    sentence: str
    holds: _Read


async def broken(candidate: Candidate) -> Finding | None:
    """Ask about an odd call that breaks what all cases of the spec keep to."""
    shown = [
        (case["arguments"], case["result"])
        for field in ("examples", "holdouts")
        for case in candidate.cases(field)
        if isinstance(case.get("result"), dict)
    ]
    rules = [rule for rule in _rules(shown) if _is_kept(rule, shown)]
    for one in await odd_calls.made(candidate) if rules else ():
        result: Any = result_of(one.execution) if one.returned else None
        for rule in rules if isinstance(result, Mapping) else ():
            if rule.holds(one.arguments, result) is False:
                return asked(
                    f"In all cases {rule.sentence}. Called with {brief(one.arguments, 300)} it is not so: "
                    f"{brief(cast('Any', result), 300)}. Is that meant?",
                    "An example with these arguments settles it.",
                )
    return None


def _is_kept(rule: Rule, shown: list[tuple[Mapping[str, Any], Any]]) -> bool:
    said = [rule.holds(given, result) for given, result in shown]
    return False not in said and said.count(True) >= _TIMES


def _rules(shown: list[tuple[Mapping[str, Any], Any]]) -> Iterator[Rule]:
    names = list(dict.fromkeys(name for _, result in shown for name in result))
    inputs = list(dict.fromkeys(name for given, _ in shown for name, one in given.items() if isinstance(one, list)))
    for name in names:
        yield Rule(f"`{name}` is not below 0", _not_negative(name))
        yield Rule(f"`{name}` names nothing twice", _distinct(name))
        for other in names:
            if other != name:
                yield Rule(f"`{name}` is the number of `{other}`", _counts(name, other))
        for given in inputs:
            yield Rule(f"`{name}` has what `{given}` has, one for each", _as_many(name, given))
    for given in inputs:
        yield Rule(f"each of `{given}` is counted or listed once", _all_told(given, names))


def _not_negative(name: str) -> _Read:
    def holds(given: Mapping[str, Any], result: Any) -> bool | None:
        value = number(result.get(name))
        if value is None or any((one := number(leaf)) is not None and one < 0 for _, leaf in leaves(given)):
            return None
        return value >= 0

    return holds


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _distinct(name: str) -> _Read:
    def holds(given: Mapping[str, Any], result: Any) -> bool | None:
        items = _listed(result.get(name))
        if (
            len(items) < 2
            or not all(isinstance(one, str) for one in items)
            or any(_repeats(one) for _, one in _lists(given))
        ):
            return None
        return len(items) == len(set(items))

    return holds


def _repeats(items: list[Any]) -> bool:
    """Whether an item stands in it twice, or two are the same but for case and blanks."""
    plain = [repr(_own(one)).casefold().replace(" ", "") for one in items]
    return len(plain) != len(set(plain))


def _own(item: Any) -> Any:
    """What tells an item from the others: the first of its fields, or all of what has none."""
    return next(iter(cast("dict[str, Any]", item).values()), None) if isinstance(item, dict) else item


def _lists(value: Any) -> Iterator[tuple[str, list[Any]]]:
    for name, one in cast("Mapping[str, Any]", value).items():
        if isinstance(one, list):
            yield name, cast("list[Any]", one)


def _counts(name: str, other: str) -> _Read:
    def holds(_given: Mapping[str, Any], result: Any) -> bool | None:
        count, items = result.get(name), result.get(other)
        if not isinstance(items, list) or isinstance(count, bool) or not isinstance(count, int):
            return None
        return count == len(cast("list[Any]", items)) if items or count else None

    return holds


def _as_many(name: str, field: str) -> _Read:
    def holds(given: Mapping[str, Any], result: Any) -> bool | None:
        items, made = given.get(field), result.get(name)
        if not isinstance(items, list) or not isinstance(made, list) or not items:
            return None
        return (
            None
            if _repeats(cast("list[Any]", items))
            else len(cast("list[Any]", items)) == len(cast("list[Any]", made))
        )

    return holds


def _all_told(field: str, names: list[str]) -> _Read:
    """Whole numbers and lists of texts of the result together are as many as the items of an argument."""

    def holds(given: Mapping[str, Any], result: Any) -> bool | None:
        items = given.get(field)
        if not isinstance(items, list) or not items or _repeats(cast("list[Any]", items)):
            return None
        counts = [one for name in names if isinstance(one := result.get(name), int) and not isinstance(one, bool)]
        listed = [cast("list[Any]", one) for name in names if isinstance(one := result.get(name), list)]
        if bool(counts) == bool(listed) or len(counts) + len(listed) < 2:
            return None
        return sum(counts) + sum(map(len, listed)) == len(cast("list[Any]", items))

    return holds
