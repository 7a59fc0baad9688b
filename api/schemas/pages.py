"""What all bodies share: strict ones come in, lists go out in pages, and each says who it was."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """What comes in: unknown fields are an error, and "1" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


Item = TypeVar("Item")


class PageOut(BaseModel, Generic[Item]):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None


class CallerOut(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: str
    id: str
    label: str
