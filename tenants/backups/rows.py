"""Rows as lines of JSON, as they lie there: what is sealed stays sealed, and either database takes them back."""

import base64
import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Insert,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    insert,
    select,
    table,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from tenants.base.db import UtcDateTime

# Rows that are read, or written, at a time.
AT_ONCE = 500
_TYPES: dict[str, TypeEngine[Any]] = {
    "text": Text(),
    "json": Text(),
    "bool": Boolean(),
    "int": BigInteger(),
    "float": Float(),
    "bytes": LargeBinary(),
    "moment": UtcDateTime(),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A table as a backup has it: its columns in the order of a line, each with what kind it is of."""

    table: str
    columns: Mapping[str, str]

    def line(self, row: Sequence[Any]) -> bytes:
        values = [_written(kind, value) for kind, value in zip(self.columns.values(), row, strict=True)]
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"

    def row(self, line: bytes) -> dict[str, Any]:
        """Raises ValueError for what is no line of this table."""
        values: list[Any] = json.loads(line)
        return {
            _bound(name): _read(kind, value) for (name, kind), value in zip(self.columns.items(), values, strict=True)
        }


def form_of(described: Table) -> Form:
    return Form(described.name, {one.name: _kind(one.type) for one in described.columns})


def query_of(described: Table, *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Every row, in the order of its key, as `Form.line` takes it."""
    plain = [_plain(one) for one in described.columns]
    return select(*plain).select_from(described).where(*where).order_by(*described.primary_key.columns)


async def read_rows(
    connection: AsyncConnection, described: Table, *where: ColumnElement[bool]
) -> AsyncGenerator[Sequence[Any]]:
    query = query_of(described, *where).execution_options(yield_per=AT_ONCE)
    async with connection.stream(query) as rows:
        async for row in rows:
            yield row


async def write_rows(connection: AsyncConnection, form: Form, lines: Iterable[bytes]) -> int:
    """Return how many there were."""
    written = 0
    statement = _insertion(form, is_sqlite=connection.dialect.name == "sqlite")
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(form.row(line))
        if len(batch) == AT_ONCE:
            await connection.execute(statement, batch)
            written += len(batch)
            batch = []
    if batch:
        await connection.execute(statement, batch)
    return written + len(batch)


def _kind(of: TypeEngine[Any]) -> str:
    if isinstance(of, UtcDateTime):
        return "moment"
    kinds = {JSON: "json", Boolean: "bool", LargeBinary: "bytes", Float: "float", Integer: "int"}
    return next((kind for base, kind in kinds.items() if isinstance(of, base)), "text")


def _plain(one: Column[Any]) -> ColumnElement[Any]:
    """Past what our own types make of a column: its JSON, or its seal, as text."""
    if isinstance(one.type, JSON):
        return cast(one, Text).label(one.name)
    return type_coerce(one, Text).label(one.name) if _is_ours(one.type) else one


def _is_ours(of: TypeEngine[Any]) -> bool:
    return isinstance(of, TypeDecorator) and not isinstance(of, UtcDateTime)


def _written(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return value.isoformat()
    return base64.b64encode(value).decode() if kind == "bytes" else value


def _read(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "moment":
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if kind == "bytes" else value


def _bound(name: str) -> str:
    return f"new_{name}"  # SQLAlchemy keeps a column's own name for itself


def _insertion(form: Form, *, is_sqlite: bool) -> Insert:
    there = table(form.table, *(column(name, _TYPES[kind]) for name, kind in form.columns.items()))
    values: dict[str, Any] = {}
    for name, kind in form.columns.items():
        given = bindparam(_bound(name), type_=_TYPES[kind])
        values[name] = cast(given, JSONB) if kind == "json" and not is_sqlite else given
    return insert(there).values(values)
