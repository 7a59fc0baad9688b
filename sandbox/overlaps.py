"""Where two grants meet: what one may write and the other may read. Said rather once too often than not at all."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.capabilities import CAPABILITIES, globs
from sandbox.grants import Grant


@dataclass(frozen=True, slots=True)
class Place:
    """Something kept: a pattern of paths or keys, or a table (`*`: any) of a database."""

    capability: str
    pattern: str

    def meets(self, other: "Place") -> bool:
        return self.capability == other.capability and globs.may_meet(self.pattern, other.pattern)


def written(grant: Grant) -> list[Place]:
    """What a grant lets a tool write of what others may read."""
    return [place for verb, place in _places(grant) if verb == "write"]


def readable(grant: Grant) -> list[Place]:
    """What a grant lets a tool read of what others may write."""
    return [place for _, place in _places(grant)]


def meeting(writer: Grant, reader: Grant) -> list[Place]:
    """What `writer` may write that `reader` may read, as the reader's permits name it."""
    theirs, ours = readable(reader), written(writer)
    return [place for place in dict.fromkeys(theirs) if any(place.meets(other) for other in ours)]


def _places(grant: Grant) -> Iterator[tuple[str, Place]]:
    for name, reach in grant.reaches.items():
        for permit in reach.permits:
            yield from ((verb, Place(name, pattern)) for verb, pattern in CAPABILITIES[name].places(permit))
