"""The headers of a request, read in one pass."""

from dataclasses import dataclass

from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.types import Scope

from api.edge.media import not_json

_JSON, _STREAM = b"application/json", b"text/event-stream"


@dataclass(frozen=True, slots=True)
class Head:
    """What the gate and the fast lane look at. Names are lower case, as ASGI gives them."""

    values: dict[bytes, bytes]
    is_doubtful: bool  # a routing header twice, or headers that mirror arguments: the SDK's to judge
    version: str | None
    is_modern: bool

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        values: dict[bytes, bytes] = {}
        is_doubtful = False
        for name, value in scope["headers"]:
            if name.startswith(b"mcp-"):
                is_doubtful = is_doubtful or name in values or name.startswith(b"mcp-param-")
            values[name] = value
        given = values.get(b"mcp-protocol-version")
        version = None if given is None else given.decode("latin-1").strip()
        return cls(values, is_doubtful, version, version in MODERN_PROTOCOL_VERSIONS)

    def text(self, name: bytes) -> str | None:
        value = self.values.get(name)
        return None if value is None else value.decode("latin-1").strip()

    @property
    def unreadable_body(self) -> str | None:
        """Why the body is none that we read, going by what the headers call it; None when it may be one."""
        return not_json(self.values.get(b"content-type", b""), self.values.get(b"content-encoding", b""))

    @property
    def is_plain(self) -> bool:
        """JSON that may be answered with JSON or a stream, in a version we know, with nothing to puzzle over."""
        accept, kind = self.values.get(b"accept", b""), self.values.get(b"content-type", b"")
        known = self.version is None or self.is_modern or self.version in HANDSHAKE_PROTOCOL_VERSIONS
        both = b"*/*" in accept or (_JSON in accept and _STREAM in accept)
        return known and both and not self.is_doubtful and kind.lower().startswith(_JSON)
