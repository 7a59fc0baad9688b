"""URLs read one way only, so that what is checked is what is sent."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote

PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SHAPE = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?", re.DOTALL)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)\.?(?::(?P<port>\d{1,5}))?")
_ADDRESS = re.compile(r"\[.*\]|\d+\.\d+\.\d+\.\d+")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_ESCAPE = re.compile(r"%(?P<hex>[0-9A-Fa-f]{2})?")


class UnsafeUrl(ValueError):  # noqa: N818  (it is the URL that is unsafe)
    """A URL that two readers could read differently, or that is none."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in its one canonical form. `query` has its question mark; a fragment is dropped."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @classmethod
    def parse(cls, given: str) -> "Url":
        """Raises UnsafeUrl."""
        if _FORBIDDEN.search(given):
            raise UnsafeUrl("it holds a space, a control character or a backslash")
        shape = _SHAPE.fullmatch(given)
        if shape is None or shape["scheme"].lower() not in PORTS:
            raise UnsafeUrl("it must start with https:// or http://")
        scheme = shape["scheme"].lower()
        host, port = _authority(shape["host"], PORTS[scheme])
        return cls(scheme, host, port, _path(shape["path"]), _ascii(shape["query"] or ""))

    @property
    def origin(self) -> str:
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def text(self) -> str:
        return f"{self.origin}{self.path}{self.query}"


def _authority(given: str, default: int) -> tuple[str, int]:
    if "@" in given:
        raise UnsafeUrl("it carries a user name or password; send an authorization header instead")
    found = _HOST.fullmatch(given.lower())
    if found is None or ".." in given:
        raise UnsafeUrl(f"{given!r} is no host name (write international names in their xn-- form)")
    port = int(found["port"]) if found["port"] else default
    if not 0 < port < 65536:
        raise UnsafeUrl(f"there is no port {port}")
    if _ADDRESS.fullmatch(found["name"]):
        _demand_address(found["name"])
    return found["name"], port


def _demand_address(host: str) -> None:
    try:
        ip_address(host.strip("[]"))
    except ValueError as error:
        raise UnsafeUrl(f"{host!r} is no address") from error


def _path(given: str) -> str:
    path = _without_dots(_escaped(given or "/"))
    for piece in re.split(r"[/\\]", _decoded(path)):
        # Some servers decode twice, and some cut a piece at ";": both would climb out.
        if piece.split(";")[0] in {".", ".."}:
            raise UnsafeUrl("its path climbs with encoded dots")
    if _CONTROL.search(_decoded(path)):
        raise UnsafeUrl("its path hides a control character")
    return path


def _escaped(path: str) -> str:
    """One spelling for each character: letters plain, the rest as upper-case %XX. (RFC 3986, 6.2.2)"""

    def one(found: re.Match[str]) -> str:
        if found["hex"] is None:
            raise UnsafeUrl("it has a % without two digits")
        letter = chr(int(found["hex"], 16))
        return letter if letter in _UNRESERVED else f"%{found['hex'].upper()}"

    return _ESCAPE.sub(one, _ascii(path))


def _ascii(text: str) -> str:
    try:
        return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in text)
    except UnicodeEncodeError as error:
        raise UnsafeUrl("it holds half a character") from error


def _decoded(path: str) -> str:
    for _ in range(4):
        path, before = unquote(path, errors="replace"), path
        if path == before:
            break
    return path


def _without_dots(path: str) -> str:
    kept: list[str] = []
    pieces = path.split("/")[1:]
    for piece in pieces:
        if piece == "..":
            kept = kept[:-1]
        elif piece != ".":
            kept.append(piece)
    if pieces[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
