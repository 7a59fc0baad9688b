"""What a client asks: one request as a value, and how parts of an address are written."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})


@dataclass(frozen=True)
class Request:
    """One request. `body` goes as JSON, `content` as it is; what is None in query and headers is left out."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    body: object = None
    content: bytes | None = None
    # Whether the path begins under the tenant's own.
    of_tenant: bool = True

    @property
    def may_be_repeated(self) -> bool:
        """Whether it does the same when it is sent twice: by its method, or because it has a key."""
        return self.method in _REPEATABLE or bool(self.headers.get("idempotency-key"))


def part(value: object) -> str:
    """One piece of a path."""
    return quote(str(value), safe="")


def parts(value: str) -> str:
    """A path of its own within a path."""
    return quote(value, safe="/")


def new_key() -> str:
    return secrets.token_urlsafe(18)
