"""By which names this server is called, and whose pages may call it: the one reader of public URLs, hosts and origins.

A name in its normal form is lower case and ASCII, without the root's dot and without the port that its scheme has
anyway: RFC 3986, 6.2.2 and 6.2.3. What is told to others are our own names only, never what a request says of itself.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from tenants.people.email_addresses import ascii_domain

PORTS = {"http": 80, "https": 443}
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What an extension or a desktop program calls the place its pages are from.
_PLACE = re.compile(r"[a-z0-9._-]{1,253}(:[0-9]{1,5})?")
_OTHER_PARTS = {"?": "a query", "#": "a fragment", "@": "a user name"}


def public_origin(text: str) -> str:
    """The origin that people and agents use, in its normal form. Raises ValueError with what to write instead."""
    parts = _split(text)
    if parts.scheme not in PORTS or not parts.netloc:
        raise ValueError("Write it with https:// (or http://), such as https://tools.acme.com.")
    for mark, part in _OTHER_PARTS.items():
        if mark in text:
            raise ValueError(f"It has {part}. It is a scheme and a name, such as https://tools.acme.com.")
    if parts.path not in {"", "/"}:
        raise ValueError(
            f"It has the path {parts.path}. The product is served at the root of a name: give it one of its own, such"
            " as https://tools.acme.com, and let the proxy hand on every path as it is."
        )
    name, port = _name(parts.hostname or ""), parts.port
    if is_everywhere(name):
        raise ValueError(f"Nobody can be sent to {name}. Say the name that people and agents use.")
    return f"{parts.scheme}://{_netloc(parts.scheme, name, port)}"


def further_host(text: str, scheme: str) -> str:
    """The origin of one more name, such as `sealwright:8123`; `scheme` where it says none. Raises ValueError."""
    return public_origin(text if "://" in text else f"{scheme}://{text}")


def listening_origin(scheme: str, host: str, port: int) -> str:
    """Where a server that nobody gave a public URL can be reached from its own machine."""
    name = f"[{host}]" if ":" in host else host
    if is_everywhere(name):
        name = "[::1]" if ":" in host else "127.0.0.1"
    return f"{scheme}://{_netloc(scheme, name, port)}"


def is_everywhere(name: str) -> bool:
    """Whether a name stands for every address of a machine: it can be listened on, and not called."""
    return name in {"", "0", "0.0.0.0", "[::]", "::"}  # noqa: S104 - looked for, not listened on


def _split(text: str) -> SplitResult:
    if not text or any(letter <= " " or letter in {"\\", "\x7f"} for letter in text):
        raise ValueError("It is empty, or holds a space or a character that no address has.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"It is not an address: {error}.") from None
    if port == 0:
        raise ValueError("Its port is 0, which nobody can call.")
    return parts


def _name(given: str) -> str:
    """A host's normal form. Raises ValueError."""
    text = given.removesuffix(".")
    if ":" in text and "%" not in text:
        return f"[{_address(text, IPv6Address)}]"
    name = ascii_domain(text.lower()) if text else None
    if name is None or len(name) > 253:
        raise ValueError(f"{given or 'Nothing'} is no name of a host.")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        # Browsers read such a name as an IPv4 address, however few parts it has.
        return _address(name, IPv4Address)
    return name


def _address(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> str:
    try:
        return str(kind(text))
    except ValueError:
        raise ValueError(f"{text} is no address.") from None


def _netloc(scheme: str, name: str, port: int | None) -> str:
    return name if port in {None, PORTS.get(scheme)} else f"{name}:{port}"


def page_origin(text: str) -> str:
    """One entry of the list of pages that may call: an origin, one with `*.` or `*` as its host, `null`, or `*`.

    Raises ValueError.
    """
    text = text.lower()
    if text in {"*", "null", "file://"}:
        return text
    scheme, _, place = text.removesuffix("/").partition("://")
    wild = place.startswith("*.")
    if scheme in PORTS and place != "*":
        origin = public_origin(f"{scheme}://{place.removeprefix('*.')}")
        return origin.replace("://", "://*.", 1) if wild else origin
    if scheme != text and _SCHEME.fullmatch(scheme) and (place == "*" or _PLACE.fullmatch(place.removeprefix("*."))):
        return f"{scheme}://{place}"
    raise ValueError(
        f"{text} is no origin. Write https://app.acme.com, https://*.acme.com, chrome-extension://ID,"
        " vscode-webview://*, null, or * for any."
    )


class Names:
    """The names of one server. `origin` is the public one; `further` are origins too, and `pages` entries of a list.

    A server that is published under a name of the loopback interface answers to the other names of it as well.
    """

    def __init__(self, origin: str, further: Iterable[str] = (), pages: Iterable[str] = ()) -> None:
        self.origin = origin
        parts = urlsplit(origin)
        self._scheme, self._netloc, name = parts.scheme, parts.netloc, _name(parts.hostname or "")
        also = [f"{self._scheme}://{_netloc(self._scheme, one, parts.port)}" for one in LOOPBACK]
        self._origins = [origin, *further, *(also if name in LOOPBACK else ())]
        # By netloc; of two with the same, the public one is told.
        self._by_host = {urlsplit(one).netloc: one for one in reversed(self._origins)}
        self._pages = frozenset(pages)

    def asked(self, host: str) -> str | None:
        """The origin by which a request with this Host called us; None when that is no name of ours.

        Any port of the loopback interface will do, for whoever looks from the machine itself or through a tunnel; we
        then go by our public name, because what listens on other ports is not us.
        """
        if host == self._netloc:
            return self.origin
        found = _read_host(host)
        if found is None:
            return None
        name, port = found
        for scheme in (self._scheme, *PORTS):
            named = self._by_host.get(_netloc(scheme, name, port))
            if named is not None and named.startswith(f"{scheme}://"):
                return named
        return self.origin if name in LOOPBACK else None

    def admits(self, origin: str) -> bool:
        """Whether a page of this origin may call: our own, one on this machine, or one that the operator named."""
        if origin == self.origin or "*" in self._pages or origin in self._pages:
            return True
        found = _read_origin(origin)
        if found is None:
            return False
        scheme, name, port = found
        own = f"{scheme}://{_netloc(scheme, name, port)}"
        if name in LOOPBACK or own in self._origins or own in self._pages or f"{scheme}://*" in self._pages:
            return True
        labels = name.split(".")
        above = (".".join(labels[start:]) for start in range(1, len(labels)))
        return any(f"{scheme}://*.{_netloc(scheme, one, port)}" in self._pages for one in above)

    def canonical(self, url: str) -> str | None:
        """A URL of ours under the public name, in its normal form; None when it is not ours, or more than a path.

        One slash at the end makes no other resource; letters of a path do: RFC 3986, 6.2.2.1 and 6.2.3.
        """
        try:
            parts = _split(url)
            own = f"{parts.scheme}://{_netloc(parts.scheme, _name(parts.hostname or ''), parts.port)}"
        except ValueError:
            return None
        if own not in self._origins or any(mark in url for mark in _OTHER_PARTS):
            return None
        return f"{self.origin}{parts.path.removesuffix('/')}"


def _read_host(host: str) -> tuple[str, int | None] | None:
    """Name and port of a Host header; None for what is none."""
    try:
        parts = _split(f"//{host}")
        if parts.netloc != host or "@" in host:
            return None
        name = _name(parts.hostname or "")
    except ValueError:
        return None
    return name, parts.port


def _read_origin(origin: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an Origin header; None for what is none, such as `null`."""
    try:
        parts = _split(origin)
        if not parts.netloc or f"{parts.scheme}://{parts.netloc}".lower() != origin.lower() or "@" in origin:
            return None
        # What other schemes call a host need be none: an extension has an id.
        name = _name(parts.hostname or "") if parts.scheme in PORTS else (parts.hostname or "")
    except ValueError:
        return None
    return parts.scheme, name, parts.port


def names_of(origin: str, hosts: Iterable[str], pages: Iterable[str]) -> Names:
    """The names that settings say, which were checked when they were read."""
    scheme = origin.partition(":")[0]
    return Names(origin, [further_host(one, scheme) for one in hosts], pages)
