"""How a run can end. The tool's fault is a value here; only our own faults are exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something did not work: a stable code, a sentence, and what to do about it."""

    code: str
    message: str
    hint: str | None = None
    details: Mapping[str, Any] | None = None


# Where a tool failed, which its guest puts among the details: as they are, or apart where the tool uses such a name.
_WHERE, _APART = ("type", "traceback", "line"), "raised"


def raised_in(details: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Where a tool failed: the `type` of the error, its `traceback`, mostly the `line`; nothing where nobody knows."""
    known = details or {}
    if _is_where(known.get(_APART)):
        return known[_APART]
    return {name: known[name] for name in _WHERE if name in known} if _is_where(known) else {}


def said_in(details: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the tool itself said of the error."""
    known = details or {}
    ours = (_APART,) if _is_where(known.get(_APART)) else _WHERE if _is_where(known) else ()
    return {name: value for name, value in known.items() if name not in ours}


def _is_where(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    known = cast("Mapping[str, Any]", value)
    return isinstance(known.get("type"), str) and isinstance(known.get("traceback"), str)


@dataclass(frozen=True, slots=True)
class Returned:
    """The tool answered. `result` is JSON text."""

    kind: ClassVar[Literal["returned"]] = "returned"
    result: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The tool raised: its own ToolError, or any other exception with the traceback of its own lines."""

    kind: ClassVar[Literal["failed"]] = "failed"
    fault: Fault


@dataclass(frozen=True, slots=True)
class Refused:
    """The tool asked for something its grant does not allow, and did not handle the refusal."""

    kind: ClassVar[Literal["refused"]] = "refused"
    fault: Fault


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A limit ran out. `fault.code` is the limit's name."""

    kind: ClassVar[Literal["exhausted"]] = "exhausted"
    fault: Fault


@dataclass(frozen=True, slots=True)
class Trapped:
    """The instance died: corrupt bytecode, a crashed interpreter, a lost worker process."""

    kind: ClassVar[Literal["trapped"]] = "trapped"
    fault: Fault


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody stopped the run."""

    kind: ClassVar[Literal["cancelled"]] = "cancelled"


Outcome = Returned | Failed | Refused | Exhausted | Trapped | Cancelled


@dataclass(frozen=True, slots=True)
class Execution:
    """One run and what it cost. `meter` names what counted its fuel; None where nothing was counted."""

    outcome: Outcome
    fuel_used: int
    memory_bytes_peak: int
    wall_ms: float
    host_calls: int
    log: str
    meter: str | None = None
