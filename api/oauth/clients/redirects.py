"""Which redirect URIs a client may have, and when the one it asks for is one of them."""

import re
from urllib.parse import SplitResult, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Private-use schemes of desktop clients in the field that are not reverse domain names (RFC 8252, 7.1).
_APP_SCHEMES = frozenset({"cursor", "vscode", "vscode-insiders", "windsurf", "zed", "claude", "goose", "raycast"})
_REVERSE_DOMAIN = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
_LENGTH_MAX = 2_000


def split(uri: str) -> SplitResult | None:
    """Split a URI, or None for what no URI parser should be trusted with."""
    if not uri or len(uri) > _LENGTH_MAX or any(c <= " " or c in '\\"<>^`{|}\x7f' or c > "~" for c in uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def fault_of(uri: object) -> str | None:
    """Why `uri` cannot be a redirect URI; None when it can."""
    parts = split(uri) if isinstance(uri, str) else None
    if parts is None:
        return "it is not a URI"
    if parts.fragment or "#" in str(uri):
        return "it has a fragment"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or a password"
    return _scheme_fault(parts)


def _scheme_fault(parts: SplitResult) -> str | None:
    if parts.scheme == "https":
        return None if parts.hostname else "it names no host"
    if parts.scheme == "http":
        return None if parts.hostname in LOOPBACK else "plain http is for the loopback interface only"
    if parts.scheme in _APP_SCHEMES or _REVERSE_DOMAIN.fullmatch(parts.scheme):
        return None
    return f"the scheme {parts.scheme or '(none)'} is neither https nor an app's own (such as com.example.app)"


def allowed(registered: list[str], asked: str) -> bool:
    """Whether `asked` is one of `registered`: exactly, but for the port of a loopback address (RFC 8252, 7.3)."""
    if fault_of(asked) is not None:
        return False
    return asked in registered or any(_same_loopback(one, asked) for one in registered)


def _same_loopback(registered: str, asked: str) -> bool:
    one, other = split(registered), split(asked)
    if one is None or other is None or one.scheme != "http" or one.hostname not in LOOPBACK:
        return False
    return (one.scheme, one.hostname, one.path, one.query) == (other.scheme, other.hostname, other.path, other.query)


def is_loopback(uri: str) -> bool:
    parts = split(uri)
    return parts is not None and parts.scheme == "http" and parts.hostname in LOOPBACK


def place(uri: str) -> str:
    """Where a redirect goes, in words for the consent page."""
    parts = split(uri)
    if parts is None:
        return "an unknown place"
    if is_loopback(uri):
        return "a program on this computer"
    return parts.hostname or "" if parts.scheme == "https" else f"the app that opens {parts.scheme}: links"
