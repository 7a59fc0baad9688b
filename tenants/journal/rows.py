"""Values of the `runs` table as a raw driver wants them: the same bytes as SQLAlchemy writes."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Dialect, Table

from tenants.base.content_keys import SealedObject, SealedText, keys_of
from tenants.models import JournalEntry, Run

RUNS = cast(Table, Run.__table__)
ENTRIES = cast(Table, JournalEntry.__table__)


class Columns:
    """How each column of a table is bound, and what its type is called there."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        kinds = {column.name: column.type.dialect_impl(dialect) for column in table.columns}
        self._binders = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
        self._sealed = {column.name for column in table.columns if isinstance(column.type, SealedText | SealedObject)}
        self._keys = keys_of(dialect)
        self.types = {column.name: column.type.compile(dialect=dialect) for column in table.columns}

    def bind(self, tenant_id: str, names: Sequence[str], values: Iterable[Any]) -> list[Any]:
        """Return the tenant's values as the driver takes them, each for the column of its name."""
        bound: list[Any] = []
        for name, value in zip(names, values, strict=True):
            if value is None:  # NULL here, in JSON columns too
                bound.append(None)
            elif name in self._sealed:
                # As the column's type does it, of values that need not say whose they are: the row's tenant is known.
                bound.append(self._keys.seal_value(tenant_id, value))
            else:
                binder = self._binders[name]
                bound.append(value if binder is None else binder(value))
        return bound
