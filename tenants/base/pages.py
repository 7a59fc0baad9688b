"""Lists in pages, newest first, by key: a page never shifts when rows are added or removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from tenants.base.errors import InvalidError

T = TypeVar("T")
U = TypeVar("U")
LIMIT_MAX = 200
# What the rows of one page hold, where they are weighed: one list of a tenant's largest runs would keep all waiting.
BYTES_MAX = 1 << 20
_WEIGHED_FIRST = 10


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next_cursor` asks for what follows; None says that this is the end."""

    items: list[T]
    next_cursor: str | None

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        return Page([change(item) for item in self.items], self.next_cursor)


async def page(  # noqa: PLR0913 - three of the seven are optional, two of them by keyword
    session: AsyncSession,
    query: Select[T],
    key: InstrumentedAttribute[str] | InstrumentedAttribute[int],
    cursor: str | None = None,
    limit: int = 50,
    *,
    weight: ColumnElement[int] | None = None,
    is_rising: bool = False,
) -> Page[T]:
    """Return up to `limit` rows of `query` that come after `cursor`, ordered by `key`: the greatest first, or last.

    `key` is unique within the query: an id (they sort by time) or a number. With a `weight`, the bytes of a row, the
    page ends before the row that is too much, though never before the first.
    """
    demand(limit)
    if cursor is not None:
        place = cursor if key.type.python_type is str else position(cursor)
        query = query.where(key > place if is_rising else key < place)
    query = query.order_by(key.asc() if is_rising else key.desc())
    if weight is not None:
        limit = await _fitting(session, query, limit, weight) or limit
    rows = list(await session.scalars(query.limit(limit + 1)))
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], str(getattr(rows[limit - 1], key.key)))


async def _fitting(session: AsyncSession, query: Select[T], limit: int, weight: ColumnElement[int]) -> int:
    """How many of the first rows fit into a page. A few come first: a database may have to read a row to weigh it."""
    total = fitting = 0
    for most in (_WEIGHED_FIRST, limit):
        rows = query.with_only_columns(weight).offset(fitting).limit(min(most, limit) - fitting)
        for size in await session.scalars(rows):
            total += size
            if total > BYTES_MAX:
                return max(fitting, 1)
            fitting += 1
        if fitting < most:
            break
    return fitting


def demand(limit: int) -> None:
    """Raise InvalidError for a page of a size that nobody gets."""
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidError(problems=[{"path": "/limit", "message": f"limit is 1 to {LIMIT_MAX}."}])


def position(cursor: str) -> int:
    """Read a cursor that is a number. Raises InvalidError."""
    # By hand: int() would take signs, spaces and other scripts' digits too, and ten digits say enough.
    number = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= 10 else -1
    if not 0 <= number < 2**31:
        problem = {"path": "/cursor", "message": "This cursor does not come from a page of this list."}
        raise InvalidError(problems=[problem])
    return number
