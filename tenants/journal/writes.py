"""What is written on the hot path, as values, and the promise of whoever writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox import Effect

INTENT, OUTCOME = 0, 1
Refusal = Literal["fenced", "taken"]


@dataclass(frozen=True, slots=True)
class Begin:
    """A new run. `values` is its whole row. Refused as "taken" when its idempotency key has a run already."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """New values for a run's columns. Refused as "fenced" when another process has taken the run over."""

    tenant_id: str
    run_id: str
    fence: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a run's journal, append-only. Refused as "fenced", like a change."""

    tenant_id: str
    run_id: str
    fence: int
    seq: int
    item: int
    phase: int
    capability: str
    operation: str
    effect: Effect
    request_hash: str
    request: str | None
    reply: str | None
    elapsed_ns: int
    written_at_ns: int
    # Its outcome speaks of something uncertain: what runs hold lies sealed, and webhooks look for this.
    is_uncertain: bool = False


Write = Begin | Change | Entry
COLUMNS = (
    "tenant_id",
    "run_id",
    "seq",
    "item",
    "phase",
    "capability",
    "operation",
    "effect",
    "request_hash",
    "request",
    "reply",
    "elapsed_ns",
    "written_at_ns",
    "is_uncertain",
)


# What counts as stored of a row besides its content, indexes included; content is sealed, which takes a third more.
RUN_BYTES, ENTRY_BYTES = 1_500, 500
_CONTENT = ("arguments", "result", "error", "log")


def owner(write: Write) -> str:
    """Return the tenant whose row it is."""
    return write.values["tenant_id"] if isinstance(write, Begin) else write.tenant_id


def weight(write: Write) -> int:
    """Return how many bytes its tenant stores by it."""
    if isinstance(write, Entry):
        return ENTRY_BYTES + (len(write.request or "") + len(write.reply or "")) * 4 // 3
    held = 0
    for name in _CONTENT:
        value = write.values.get(name)
        if value:
            held += len(value if isinstance(value, str) else str(value))
    return (RUN_BYTES if isinstance(write, Begin) else 0) + held * 4 // 3


class UnavailableError(Exception):
    """The database cannot be written now: full, locked, gone. It says nothing about the writes themselves."""


class Store(Protocol):
    """Makes writes durable. It is used by one task at a time."""

    async def apply(self, writes: Sequence[Write], grown: Mapping[str, int]) -> list[Refusal | None]:
        """Write all in one transaction, or raise and write nothing. Return what was refused, by position.

        `grown` is how many bytes each tenant has stored by earlier ones, to be counted.

        Raises UnavailableError; any other exception is about a write that the database cannot hold.
        """
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Batch:
    """Writes by kind, with their positions, in the order in which a transaction applies them."""

    begins: list[tuple[int, Begin]]
    entries: list[tuple[int, Entry]]
    changes: dict[tuple[str, ...], list[tuple[int, Change]]]

    @classmethod
    def of(cls, writes: Sequence[Write]) -> "Batch":
        batch = cls([], [], {})
        for place, write in enumerate(writes):
            match write:
                case Begin():
                    batch.begins.append((place, write))
                case Entry():
                    batch.entries.append((place, write))
                case Change():
                    batch.changes.setdefault(tuple(sorted(write.values)), []).append((place, write))
        return batch
