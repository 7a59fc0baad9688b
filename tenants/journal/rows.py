"""Values of the `runs` table as a raw driver wants them: the same bytes as SQLAlchemy writes."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Dialect, Table

from tenants.base.content_keys import SealedObject, SealedText, owned
from tenants.models import JournalEntry, Run

RUNS = cast(Table, Run.__table__)
ENTRIES = cast(Table, JournalEntry.__table__)


class Columns:
    """How each column of a table is bound, and what its type is called there."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        kinds = {column.name: column.type.dialect_impl(dialect) for column in table.columns}
        self._binders = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
        self._sealed = {column.name for column in table.columns if isinstance(column.type, SealedText | SealedObject)}
        self.types = {column.name: column.type.compile(dialect=dialect) for column in table.columns}

    def bind(self, tenant_id: str, names: Sequence[str], values: Iterable[Any]) -> list[Any]:
        """Return the tenant's values as the driver takes them, each for the column of its name."""
        bound: list[Any] = []
        for name, given in zip(names, values, strict=True):
            value, binder = owned(tenant_id, given) if name in self._sealed else given, self._binders[name]
            # None is NULL here, in JSON columns too.
            bound.append(binder(value) if binder is not None and value is not None else value)
        return bound
