"""Keys that the contents of tenants' runs are sealed with: arguments, results, logs, journals, questions.

A reader of the database alone learns which tool ran when and how it ended, and nothing of what it was given or said.
A sealed text names its key, so that rows of an older key open as before; a key that is added seals only once every
process knows it. Opening asks no database, since rows are read in the middle of a query: a unit has its tenant's keys
learned before it begins, and who reads rows of every tenant says `Database.learn_content_keys` first.
"""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator

from tenants.base import canonical
from tenants.base.key_ring import SEAL_BYTES, Ring, Sealer

# What is sealed begins with this; JSON and logs from before there were seals do not.
MARK = "\x02s1:"
_ATTRIBUTE = "content_keys"
_KEY_ID_CHARACTERS = 12
# Characters of a sealed text before its base64.
HEAD_CHARACTERS = len(MARK) + _KEY_ID_CHARACTERS
_NEVER = datetime.fromtimestamp(0, UTC)
# A key that another process added is known here after at most so long, and used by nobody before.
SETTLES_S = 60.0


class UnknownContentKeyError(Exception):
    """A sealed text was read by who did not learn its tenant's keys: a defect of ours, or a key that was deleted."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    sealer: Sealer = field(repr=False)
    seals_from: datetime


@dataclass
class ContentKeys:
    """The keys that one process knows, by tenant."""

    ring: Ring = field(repr=False)
    _by_id: dict[str, _Key] = field(default_factory=dict[str, _Key], repr=False)
    _of_tenant: dict[str, list[_Key]] = field(default_factory=dict[str, list[_Key]], repr=False)
    # Since when keys may have been added that are not known here.
    learned_until: datetime = _NEVER

    def knows(self, tenant_id: str) -> bool:
        return tenant_id in self._of_tenant

    def make(self, tenant_id: str, number: int, at: datetime) -> dict[str, Any]:
        """Return a new key as the row that keeps it. The first one seals at once, a later one when it is settled."""
        wrapped_by, wrapped = self.ring.wrap(secrets.token_bytes(32), wrap_context(tenant_id, number))
        return {
            "tenant_id": tenant_id,
            "number": number,
            "key_id": secrets.token_urlsafe(9),
            "wrapped_by": wrapped_by,
            "wrapped": wrapped,
            "created_at": at,
            "seals_from": at if number == 1 else at + timedelta(seconds=SETTLES_S),
        }

    def learn(self, rows: Iterable[Any]) -> None:
        """Take in rows of keys. Raises BadRingError when the ring cannot open one."""
        for row in rows:
            if row.key_id not in self._by_id:
                key = self._by_id[row.key_id] = _Key(row.key_id, Sealer(self._unwrapped(row)), row.seals_from)
                self._of_tenant.setdefault(row.tenant_id, []).append(key)
                self._of_tenant[row.tenant_id].sort(key=lambda one: one.seals_from)

    def seal(self, tenant_id: str, text: str) -> str:
        """Return what the database keeps of a text. Its tenant's keys were learned before.

        Raises UnknownContentKeyError.
        """
        keys = self._of_tenant.get(tenant_id)
        if keys is None:
            raise UnknownContentKeyError(tenant_id)
        key = keys[-1]
        if len(keys) > 1 and key.seals_from > datetime.now(UTC):
            key = keys[-2]
        sealed = key.sealer.seal(text.encode("utf-8", "surrogatepass"), key.id)
        return f"{MARK}{key.id}{base64.b64encode(sealed).decode()}"

    def seal_value(self, tenant_id: str, value: str | dict[str, Any]) -> str:
        """What a sealed column keeps of a value. Raises UnknownContentKeyError."""
        text = value if isinstance(value, str) else canonical.plain(value)
        return self.seal(tenant_id, text) if text else text  # an empty text has nothing to hide

    def open(self, kept: str) -> str:
        """Return the text that was sealed; one from before there were seals is itself.

        Raises UnknownContentKeyError, and InvalidTag for a text that was changed.
        """
        if not kept.startswith(MARK):
            return kept
        key = self._by_id.get(kept[len(MARK) : HEAD_CHARACTERS])
        if key is None:
            raise UnknownContentKeyError(kept[len(MARK) : HEAD_CHARACTERS])
        return key.sealer.open(base64.b64decode(kept[HEAD_CHARACTERS:]), key.id).decode("utf-8", "surrogatepass")

    def _unwrapped(self, row: Any) -> bytes:
        return self.ring.unwrap(row.wrapped_by, row.wrapped, wrap_context(row.tenant_id, row.number))


class OwnedText(str):
    """A text that says whose it is, on its way into a sealed column."""

    __slots__ = ("tenant_id",)

    tenant_id: str

    @classmethod
    def of(cls, tenant_id: str, text: str) -> "OwnedText":
        owned = cls(text)
        owned.tenant_id = tenant_id
        return owned


class OwnedObject(dict[str, Any]):
    """A JSON object that says whose it is, on its way into a sealed column."""

    tenant_id: str

    @classmethod
    def of(cls, tenant_id: str, value: dict[str, Any]) -> "OwnedObject":
        owned = cls(value)
        owned.tenant_id = tenant_id
        return owned


class SealedText(TypeDecorator[str]):
    """Text that lies sealed in the database. A value that does not say whose it is cannot be written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value and keys_of(dialect).seal_value(_owner(value), value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else keys_of(dialect).open(value)


class SealedObject(TypeDecorator[dict[str, Any]]):
    """A JSON object that lies sealed in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else keys_of(dialect).seal_value(_owner(value), value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else canonical.parse(keys_of(dialect).open(value))


def owned(tenant_id: str, value: Any) -> Any:
    """Return a value of a sealed column so that it says whose it is."""
    if isinstance(value, str):
        return OwnedText.of(tenant_id, value)
    return OwnedObject.of(tenant_id, value) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownArgumentType]


def given_to(dialect: Dialect, keys: ContentKeys) -> None:
    """Have the columns of an engine sealed with these keys: a column's type sees no more of its database than that."""
    vars(dialect)[_ATTRIBUTE] = keys


def keys_of(dialect: Dialect) -> ContentKeys:
    """Return the keys that columns of this dialect's engine are sealed with."""
    return vars(dialect)[_ATTRIBUTE]


def _owner(value: object) -> str:
    if not isinstance(value, OwnedText | OwnedObject):
        raise TypeError("what a sealed column gets is owned by a tenant: write it through a unit's rows or the writer")
    return value.tenant_id


def wrap_context(tenant_id: str, number: int) -> str:
    return f"{tenant_id}/content/{number}"


def clear_bytes(length: Any) -> Any:
    """Return about how long the text was whose sealed form has `length` characters, as SQL or as a number."""
    return (length - HEAD_CHARACTERS) * 3 / 4 - SEAL_BYTES
