"""What all bodies share: strict ones come in; shapes go out, lists of them in pages, and each says who it was."""

import json
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Strict(BaseModel):
    """What comes in: unknown fields are an error, and "1" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shape(BaseModel):
    """What goes out of one noun, read from the attributes of what the business returned.

    What a shape does not name stays inside, whoever adds a column later.
    """

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    @classmethod
    def of(cls, thing: object, **beside: object) -> Self:
        """Read `thing`, with `beside` for what it has no attribute of. Raises pydantic's ValidationError."""
        return cls.model_validate(_Joined(thing, beside) if beside else thing)

    def plain(self) -> dict[str, Any]:
        """As MCP tells it: a JSON value that has what was given and no more, and times as Python writes them.

        REST writes the same times with a Z for UTC. Each goes on as its clients have read it from the first.
        """
        return json.loads(json.dumps(self.model_dump(exclude_unset=True), default=datetime.isoformat))


class _Joined:
    """A thing with what stands beside it, for pydantic to read as one."""

    def __init__(self, thing: object, beside: dict[str, object]) -> None:
        self._thing, self._beside = thing, beside

    def __getattr__(self, name: str) -> object:
        return self._beside[name] if name in self._beside else getattr(self._thing, name)


def _as_text(moment: object) -> object:
    return moment.isoformat() if isinstance(moment, datetime) else moment


# A time that goes out as text, as Python writes it.
TimeText = Annotated[str, BeforeValidator(_as_text)]
Item = TypeVar("Item")


class PageOut(BaseModel, Generic[Item]):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None


class CallerOut(Shape):
    # Kept as it was then: what else is known of who it was differs by their kind.
    model_config = ConfigDict(extra="allow")

    kind: str
    id: str
    label: str
