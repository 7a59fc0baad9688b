"""What a canned world draws, so that a tool cannot tell it from the real one: times, waits, randomness and names.

All of it follows from a key that the author of a tool cannot know, so that two runs in the same world meet the same.
"""

import base64
import hmac
import json
import math
from dataclasses import dataclass, replace
from random import Random

_MS = 1_000_000
_LEAST_NS = 40_000
# How much the machine has to do, which is so for all calls of a run alike.
_LOAD = 1.0
_SECOND_NS = 1_000_000_000
_HOUR_NS = 3_600 * _SECOND_NS
_WEEK_NS = 7 * 24 * _HOUR_NS
# Of an hour, a run begins at any moment but the last: what it begins it ends in the same one.
_ROOM_NS = 10 * _SECOND_NS
_NO_RETRY = 0.25
_FIRST = ("Maria", "Tom", "Aiko", "Lena", "Sam", "Ines", "Paul", "Eva", "Jonas", "Priya", "Omar", "Zofia")
_LAST = ("Keller", "Wright", "Sato", "Braun", "Okoye", "Costa", "Meyer", "Lind", "Novak", "Rao", "Haddad", "Wolski")
_SERVERS = ("nginx", "cloudflare", "Apache", "envoy", "awselb/2.0", "openresty", "nginx/1.26.2", "gunicorn", "Kestrel")
_LOOKUPS = (
    "the name {host!r} was not resolved: [Errno -2] Name or service not known",
    "the name {host!r} was not resolved: [Errno -3] Temporary failure in name resolution",
    "All connection attempts failed",
)
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Draws:
    """`key` is 32 secret bytes. `present_ns` is the moment before which a world without a `now` begins.

    `origin` is where the installation's own links lead.
    """

    key: bytes
    present_ns: int
    origin: str = "https://tools.example.com"

    def of(self, label: str) -> "Draws":
        """The draws of one case: always the same, and unlike those of any other."""
        return replace(self, key=self.bytes(label))

    def bytes(self, label: str) -> bytes:
        """32 bytes, as a run's seed has."""
        return hmac.digest(self.key, label.encode(), "sha256")

    def wait_ns(self, capability: str, middle_ns: float, spread: float, number: int, items: int) -> int:
        """How long the call of this number takes; many items take longer, though not as long as one by one."""
        drawn = self._random(f"wait {number} {capability}").lognormvariate(math.log(middle_ns), spread)
        if middle_ns < _SECOND_NS:  # people do not hurry because a machine is idle
            drawn *= self._random("load").lognormvariate(0, _LOAD)
        return _LEAST_NS + int(drawn * (1 + max(0, items - 1) / 8))

    def retries_ns(self, number: int) -> int:
        """What the host's own retries of a request add to the time of its answer: two, or none if it has had enough."""
        random = self._random(f"retries {number}")
        if random.random() < _NO_RETRY:
            return 0
        return int(sum(0.2 * 2**attempt * (0.5 + random.random()) for attempt in range(2)) * 1e9)

    def moment_ns(self) -> int:
        """Any moment of the week that has just passed: people and schedules call at all hours.

        It is a time of the week first, so that it stays the same until that time has come again.
        """
        random = self._random("moment")
        hours, within_ns = random.randrange(7 * 24), random.randrange(_HOUR_NS - _ROOM_NS)
        past_ns = (self.present_ns - (hours * _HOUR_NS + within_ns)) % _WEEK_NS
        return self.present_ns - past_ns

    def fraction_ns(self) -> int:
        """Any part of a second."""
        return self._random("fraction").randrange(_SECOND_NS)

    def early_ns(self) -> int:
        """An early part of a second, so that a short run ends in the second in which it began."""
        return self._random("fraction").randrange(1_000_000, 400_000_000)

    def message(self, number: int, sender: str) -> str:
        """A Message-ID, as letters of ours have it."""
        domain = sender.rpartition("@")[2].strip("> ") or self.origin.rpartition("/")[2].partition(":")[0]
        return f"<{self.bytes(f'message {number}').hex()[:40]}@{domain}>"

    def person(self, number: int) -> str:
        random = self._random(f"person {number}")
        return f"{random.choice(_FIRST)} {random.choice(_LAST)}"

    def identifier(self, kind: str, label: str, at_ns: int) -> str:
        """As the product names its things: a kind, 48 bits of milliseconds, 80 random ones."""
        number = (at_ns // _MS << 80) | int.from_bytes(self.bytes(f"{kind} {label}")[:10], "big")
        return f"{kind}_" + "".join(_LETTERS[(number >> shift) & 31] for shift in range(125, -1, -5))

    def link(self, path: str, at_ns: int, expires_s: int) -> str:
        """A link to a file, as ours are: what it gives away, and a signature."""
        said = {
            "tenant_id": self.identifier("ten", "of the link", at_ns - _WEEK_NS),
            "blob": self.identifier("blb", path, at_ns),
            "name": path.rpartition("/")[2],
            "content_type": "application/octet-stream",
            "expires_at": at_ns // _SECOND_NS + expires_s,
        }
        signature = self.bytes(f"signature {path} {said['expires_at']}")
        token = f"{_encoded(json.dumps(said, separators=(',', ':')).encode())}.{_encoded(signature)}"
        return f"{self.origin}/api/v1/files/{token}"

    def server(self, origin: str) -> str:
        """What the server behind an origin calls itself."""
        return self._random(f"server {origin}").choice(_SERVERS)

    def unreachable(self, host: str) -> str:
        """Why a host that is not there cannot be reached."""
        return self._random(f"unreachable {host}").choice(_LOOKUPS).format(host=host)

    def choice(self, label: str, options: tuple[str, ...]) -> str:
        return self._random(label).choice(options)

    def _random(self, label: str) -> Random:
        return Random(self.bytes(label))  # noqa: S311  (its seed is the secret)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
