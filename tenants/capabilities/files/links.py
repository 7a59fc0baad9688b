"""Links to files that our own route answers: signed, and good for a time."""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import time

_PATH = "/api/v1/files/"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link gives away: one content, under a name, until a moment (seconds since 1970)."""

    tenant_id: str
    blob: str
    name: str
    content_type: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Links:
    """`origin` is where people find us. The first key signs; any of them is believed."""

    origin: str
    keys: Sequence[bytes]

    def url(self, link: Link) -> str:
        said = _encoded(json.dumps(asdict(link), separators=(",", ":")).encode())
        return f"{self.origin}{_PATH}{said}.{_encoded(self._signature(self.keys[0], said))}"

    def read(self, token: str) -> Link | None:
        """None for a link that is not ours, was changed, or is over."""
        said, _, signature = token.partition(".")
        try:
            given = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            if not any(hmac.compare_digest(given, self._signature(key, said)) for key in self.keys):
                return None
            link = Link(**json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))))
        except (binascii.Error, ValueError):
            return None
        return link if link.expires_at > time() else None

    @staticmethod
    def _signature(key: bytes, said: str) -> bytes:
        return hmac.digest(key, said.encode(), "sha256")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
