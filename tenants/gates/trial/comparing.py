"""Whether a run did what a case expects, and where it first did not."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import Cancelled, Execution, Exhausted, Failed, Fault, Refused, Returned, Trapped


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` is a JSON pointer into the result; `expected` and `got` are JSON values or MISSING."""

    path: str
    expected: object
    got: object


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def result_of(execution: Execution) -> Any:
    """Return the value a run returned. Only for runs without a fault. Raises ValueError."""
    match execution.outcome:
        case Returned(result):
            return json.loads(result)
        case _:
            raise ValueError(execution.outcome.kind)


def fault_of(execution: Execution) -> Fault | None:
    """Return why a run gave no result; None when it did."""
    match execution.outcome:
        case Returned():
            return None
        case Failed(fault) | Refused(fault) | Exhausted(fault) | Trapped(fault):
            return fault
        case Cancelled():
            return Fault("cancelled", "The run was cancelled.")


def difference(expected: Any, got: Any, path: str = "") -> Difference | None:
    """Return the first difference between two JSON values, or None. Numbers are equal by value: 1 is 1.0."""
    if _both(dict, expected, got):
        return _of_objects(expected, got, path)
    if _both(list, expected, got):
        return _of_lists(expected, got, path)
    return None if _same(expected, got) else Difference(path, expected, got)


def _both(kind: type, one: object, other: object) -> bool:
    return isinstance(one, kind) and isinstance(other, kind)


def _of_objects(expected: Mapping[str, Any], got: Mapping[str, Any], path: str) -> Difference | None:
    for key in [*expected, *(key for key in got if key not in expected)]:
        below = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in got or key not in expected:
            return Difference(below, expected.get(key, MISSING), got.get(key, MISSING))
        found = difference(expected[key], got[key], below)
        if found:
            return found
    return None


def _of_lists(expected: list[Any], got: list[Any], path: str) -> Difference | None:
    for index, (one, other) in enumerate(zip(expected, got, strict=False)):
        found = difference(one, other, f"{path}/{index}")
        if found:
            return found
    if len(expected) == len(got):
        return None
    at = min(len(expected), len(got))
    return Difference(
        f"{path}/{at}",
        expected[at] if at < len(expected) else MISSING,
        got[at] if at < len(got) else MISSING,
    )


def _same(expected: object, got: object) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return expected == got or (math.isnan(expected) and math.isnan(got))
    return type(expected) is type(got) and expected == got
