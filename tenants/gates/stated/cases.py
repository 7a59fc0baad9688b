"""The form of a case, be it one call or a story of several: read to its last key, whatever it says of its answers."""

from collections.abc import Mapping
from typing import Any, cast

from sandbox.worlds import InvalidWorld, World
from tenants.confinement.spec_fields import CALL, CALLS_MAX, CASE
from tenants.gates.stated import blocks
from tenants.schemas.json_schemas import pointer, problem

Problems = list[dict[str, str]]
_OF_ALL = ("title", "world", "calls")
_ONE = 'This is an object such as {"arguments": {...}, "result": {...}}.'


def problems(given: object, path: str) -> Problems:
    """Everything that is wrong with the form of a case; `path` is its JSON pointer."""
    if not isinstance(given, dict):
        return [problem(path, _ONE)]
    case = cast("dict[str, Any]", given)
    found = _unknown(case, path)
    if "calls" in case:
        found += _of_calls(case["calls"], f"{path}/calls")
    for call, where in placed(case, path):
        if not isinstance(call.get("arguments"), dict):
            found.append(problem(f"{where}/arguments", "This is an object: what the tool is called with."))
        found += blocks.problems(call, where)
    return [*found, *_of_world(case, path)]


def placed(case: Mapping[str, Any], path: str) -> list[tuple[Mapping[str, Any], str]]:
    """The calls of a case that are objects, each with its JSON pointer; of one that is no story itself."""
    if "calls" not in case:
        return [(case, path)]
    several = cast("list[Any]", case["calls"]) if isinstance(case["calls"], list) else []
    return [(call, f"{path}/calls/{at}") for at, call in enumerate(several) if isinstance(call, dict)]


def _unknown(case: Mapping[str, Any], path: str) -> Problems:
    """Fields that there are not, and those of one call beside several."""
    fields = _OF_ALL if "calls" in case else tuple(CASE)
    hint = "In a story this stands in each of its `calls`."
    return [
        problem(path + pointer([name]), f"There is no {name} beside `calls`.", hint)
        if name in CALL
        else blocks.unknown(name, fields, path + pointer([name]))
        for name in case
        if name not in fields
    ]


def _of_calls(given: object, path: str) -> Problems:
    several = cast("list[Any]", given) if isinstance(given, list) else []
    if not 1 <= len(several) <= CALLS_MAX:
        hint = (
            'For example [{"arguments": {...}, "result": {...}}, {"meanwhile": {"later": "1 day"}, "arguments": ...}].'
        )
        return [problem(path, f"This is a list of 1 to {CALLS_MAX} calls, in the order in which they are made.", hint)]
    found: Problems = []
    for at, call in enumerate(several):
        found += _of_call(call, f"{path}/{at}", is_first=at == 0)
    return found


def _of_call(given: object, path: str, *, is_first: bool) -> Problems:
    if not isinstance(given, dict):
        return [problem(path, _ONE)]
    call = cast("dict[str, Any]", given)
    found = [blocks.unknown(name, CALL, path + pointer([name])) for name in call if name not in CALL]
    if is_first and "meanwhile" in call:
        hint = "What is so from the beginning is said in `world`."
        found.append(problem(f"{path}/meanwhile", "Nothing happens before the first call.", hint))
    return found


def _of_world(case: Mapping[str, Any], path: str) -> Problems:
    """A world that cannot be, and what cannot happen in it, as far as that does not hang on what its calls do."""
    try:
        world = World(case.get("world"))
    except InvalidWorld as error:
        return [problem(f"{path}/world", str(error))]
    found: Problems = []
    for call, where in placed(case, path)[1:]:
        try:
            world.amend(call.get("meanwhile"))
        except InvalidWorld as error:
            found.append(problem(f"{where}/meanwhile", str(error)))
    return found
