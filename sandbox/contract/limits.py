"""A limit on everything a tool may use, the unit in its name."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

_MIB = 1 << 20


class InvalidLimits(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A spec asks for a limit that does not exist, is no whole number, or is above the platform's ceiling."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use, see MEANING; running out is an Outcome, never an exception."""

    fuel: int = 20_000_000_000
    memory_bytes: int = 128 * _MIB
    wall_ms: int = 30_000
    argument_bytes: int = 1 * _MIB
    result_bytes: int = 1 * _MIB
    log_bytes: int = 64 << 10
    host_calls: int = 1_000
    response_bytes: int = 4 * _MIB

    DEFAULT: ClassVar["Limits"]
    CEILING: ClassVar["Limits"]
    # For authors: what each of them counts.
    MEANING: ClassVar[Mapping[str, str]] = {
        "fuel": "about a hundred for one Python bytecode",
        "memory_bytes": "the interpreter's own 50 MB included",
        "wall_ms": "from start to result, waiting for the host included",
        "argument_bytes": "the arguments, and each single request to the host",
        "result_bytes": "the result's JSON",
        "log_bytes": "what print and log keep; the rest is dropped",
        "host_calls": "requests to the host; a batch is one",
        "response_bytes": "each single reply of the host",
    }
    # Below this the interpreter itself does not fit.
    MEMORY_BYTES_MIN: ClassVar[int] = 64 * _MIB

    @classmethod
    def of(cls, spec: Mapping[str, object] | None) -> "Limits":
        """The defaults, changed by what a spec asks for. Raises InvalidLimits."""
        wanted = {name: _checked(name, value) for name, value in (spec or {}).items()}
        return replace(cls.DEFAULT, **wanted)

    @classmethod
    def floor(cls, name: str) -> int:
        """The least that a spec can ask for."""
        return cls.MEMORY_BYTES_MIN if name == "memory_bytes" else 1

    def with_fuel(self, times: int) -> "Limits":
        """The same with so many times the fuel, up to the platform's ceiling."""
        return replace(self, fuel=min(self.fuel * times, self.CEILING.fuel))

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


Limits.DEFAULT = Limits()
Limits.CEILING = Limits(
    fuel=1_000_000_000_000,
    memory_bytes=512 * _MIB,
    wall_ms=900_000,
    argument_bytes=16 * _MIB,
    result_bytes=16 * _MIB,
    log_bytes=1 * _MIB,
    host_calls=100_000,
    response_bytes=16 * _MIB,
)

NAMES = tuple(field.name for field in fields(Limits))


def _checked(name: str, value: object) -> int:
    if name not in NAMES:
        raise InvalidLimits(f"There is no limit {name!r}; the limits are {', '.join(NAMES)}.")
    ceiling: int = getattr(Limits.CEILING, name)
    floor = Limits.floor(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < floor:
        raise InvalidLimits(f"{name} is {value!r}; give a whole number from {floor:,} to {ceiling:,}.")
    if value > ceiling:
        raise InvalidLimits(f"{name} is {value:,}, above the platform's ceiling of {ceiling:,}.")
    return value
