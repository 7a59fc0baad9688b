"""Where two grants meet: what one may write and the other may read. Said rather once too often than not at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.capabilities.permits import Named
from sandbox.capabilities.sql import AnyStatement, Exactly
from sandbox.grants import Grant

# Kept by the tenant, for all of its tools. (The kv's `tool/` is each tool's own.)
_SHARED = ("files", "kv", "ledger")
_NAME = r"(?:[A-Za-z_][\w$]*|\"[^\"]+\")"
_TABLES = re.compile(rf"\b(?:from|join|into|update)\s+({_NAME}(?:\.{_NAME})?)", re.IGNORECASE)
_COMMAS = re.compile(rf"\bfrom\s+{_NAME}(?:\s+(?:as\s+)?\w+)?((?:\s*,\s*{_NAME}(?:\s+(?:as\s+)?\w+)?)+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Something kept: a pattern of paths or keys, or a table (`*`: any) of a database."""

    capability: str
    pattern: str

    def meets(self, other: "Place") -> bool:
        return self.capability == other.capability and _meet(self.pattern, other.pattern)


def written(grant: Grant) -> list[Place]:
    """What a grant lets a tool write of what others may read."""
    return [place for verb, place in _places(grant) if verb == "write"]


def read(grant: Grant) -> list[Place]:
    """What a grant lets a tool read of what others may write."""
    return [place for _, place in _places(grant)]


def meeting(writer: Grant, reader: Grant) -> list[Place]:
    """What `writer` may write that `reader` may read, as the reader's permits name it."""
    theirs, ours = read(reader), written(writer)
    return [place for place in dict.fromkeys(theirs) if any(place.meets(other) for other in ours)]


def _places(grant: Grant) -> Iterator[tuple[str, Place]]:
    for name in _SHARED:
        for permit in grant.reaches[name].permits if name in grant.reaches else ():
            is_own = name == "kv" and not _meet(getattr(permit, "pattern", "*"), "tenant/*")
            if isinstance(permit, Named) and not is_own:
                yield "write" if "write" in permit.verbs else "read", Place(name, permit.pattern)
    for permit in grant.reaches["sql"].permits if "sql" in grant.reaches else ():
        if isinstance(permit, AnyStatement):
            yield permit.verb, Place("sql", f"{permit.database}: *")
        elif isinstance(permit, Exactly):
            for table in _tables(permit.statement.text):
                yield permit.statement.verb, Place("sql", f"{permit.database}: {table}")


def _tables(statement: str) -> set[str]:
    """The tables that a statement names; any, where we find none."""
    found = {match[1] for match in _TABLES.finditer(statement)}
    for more in _COMMAS.finditer(statement):
        found |= {part.split()[0] for part in more[1].split(",") if part.strip()}
    return {name.rpartition(".")[2].strip('"').lower() for name in found} or {"*"}


def _meet(one: str, other: str) -> bool:
    """Whether two patterns may name the same thing: what stands before their stars and after them goes together."""
    if "*" not in one and "*" not in other:
        return one == other
    heads, tails = (one.partition("*")[0], other.partition("*")[0]), (_tail(one), _tail(other))
    return _begins(*heads) and _begins(*(tail[::-1] for tail in tails))


def _tail(pattern: str) -> str:
    return pattern.rpartition("*")[2]


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
