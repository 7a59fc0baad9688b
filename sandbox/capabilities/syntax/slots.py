"""Where a secret may stand in an HTTP request. One reader: what it finds is what is checked, and what is filled in.

A whole header value (after a word such as `Bearer ` at most), a whole query value, a whole form value, a whole text
in JSON, the end of a part of the path, or a part of `auth`. Everywhere else the request is refused, with a sentence
that names the right way.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from sandbox.capabilities.syntax.signing import FORMS
from sandbox.capabilities.syntax.tokens import SECRETS
from sandbox.capabilities.traits import Misplaced
from sandbox.contract.placeholders import Placeholders, Slot, shown

_DEEPEST = 64
_SIGNING = ("hmac", "jwt")
_FORM_OF_ANY = re.compile(r"\{\{secret:[A-Za-z0-9_.-]{1,100}:[0-9a-f]{48}\}\}")
# The origin, and then each part of the path with its slash.
_PIECES = re.compile(r"^[^/]*//[^/]*|/[^/]*|^[^/]+")
_BEFORE = re.compile(r"/[A-Za-z0-9_-]{0,30}")
RIGHT_WAY = (
    "Put it whole where it belongs: a header (f\"Bearer {secret('x')}\"), a query parameter (params=), "
    "a form field (data={...}), a value in json=, the end of a part of the URL's path (f\"/bot{secret('x')}/send\"), "
    'or auth={"basic": (user, secret("x"))}. To sign: auth={"hmac": {"key": secret("x"), ...}} or {"jwt": {...}}. '
    'To check what was signed: signatures.verify("github", "x", body, signature).'
)
Path = tuple[str | int, ...]


def read_slots(
    operation: str, payload: Mapping[str, Any], own: Placeholders
) -> tuple[Mapping[str, Any], tuple[Slot, ...]]:
    """An http call's payload as people may read it, and where in it secrets go. Raises Misplaced."""
    reader = _Reader(own)
    if operation != "send_many":
        return reader.request(payload, ()), tuple(reader.slots)
    requests = payload.get("requests")
    rest = {name: value for name, value in payload.items() if name != "requests"}
    if own.touch(rest) or not isinstance(requests, list):
        raise Misplaced("A secret cannot be beside the requests of send_many")
    several = enumerate(cast(list[Any], requests))
    shown_requests = [reader.request(one, ("requests", at)) if own.touch(one) else one for at, one in several]
    return {**payload, "requests": shown_requests}, tuple(reader.slots)


class _Reader:
    """`slots` is what it has found so far."""

    def __init__(self, own: Placeholders) -> None:
        self._own = own
        self.slots: list[Slot] = []

    def request(self, request: object, at: Path) -> dict[str, Any]:
        if not isinstance(request, Mapping):
            raise Misplaced("A secret cannot be in what is no request")
        named = cast(Mapping[str, Any], request)
        return {self._plain(name, "a field's name"): self._field(name, value, at) for name, value in named.items()}

    def _field(self, name: str, value: Any, at: Path) -> Any:
        if not self._own.touch(value):
            return value
        path = (*at, name)
        readers = _READERS_OF_OBJECTS if isinstance(value, Mapping) else _READERS_OF_OTHERS
        if name not in readers:
            raise Misplaced(
                "A secret cannot be inside a body's text" if name == "data" else f"A secret cannot be in {name[:40]!r}"
            )
        return readers[name](self, value, path)

    def url(self, url: Any, path: Path) -> str:
        rest, mark, fragment = str(url).partition("#")
        place, question, query = rest.partition("?")
        place = self._place(place, path)
        self._plain(fragment, "a URL's fragment")
        pairs = [self._pair(pair, (*path, index)) for index, pair in enumerate(query.split("&"))]
        return place + question + "&".join(pairs) + mark + fragment

    def _place(self, place: str, path: Path) -> str:
        """A secret is the end of a part of the path, behind a word of its own at most: `/bot{token}/send`."""
        if not self._own.touch(place):
            return place
        if "{{secret:" in _FORM_OF_ANY.sub("", place):
            raise Misplaced("A secret cannot be in a path beside a text that looks like one")
        host, *pieces = _PIECES.findall(place)
        return self._plain(host, "a URL's host") + "".join(self._piece(piece, path) for piece in pieces)

    def _piece(self, piece: str, path: Path) -> str:
        if not self._own.touch(piece):
            return piece
        start = piece.find("{{secret:")
        name = self._own.whole(piece[start:]) if start >= 0 else None
        if name is None or not _BEFORE.fullmatch(piece[:start]):
            raise Misplaced("A secret cannot be in a path but as the end of one of its parts, after letters or digits")
        slot = Slot((*path, shown(name)), name)
        if slot in self.slots:
            raise Misplaced("A secret cannot be in one path twice")
        self.slots.append(slot)
        return piece[:start] + shown(name)

    def _pair(self, pair: str, path: Path) -> str:
        name, equals, value = pair.partition("=")
        return self._plain(name, "the name of a query parameter") + equals + self._whole(value, path, "a query value")

    def headers(self, headers: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return {
            self._plain(name, "a header's name"): self._header(value, (*path, name)) for name, value in headers.items()
        }

    def _header(self, value: Any, path: Path) -> Any:
        if not self._own.touch(value):
            return value
        found = self._own.after_word(value) if isinstance(value, str) else None
        if found is None:
            raise Misplaced("A secret cannot be a part of a longer header: it is the whole value, or after one word")
        before, name = found
        self.slots.append(Slot(path, name, before))
        return before + shown(name)

    def params(self, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return self._values(values, path, "a query parameter")

    def form(self, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return self._values(values, path, "a form field")

    def _values(self, values: Mapping[str, Any], path: Path, what: str) -> dict[str, Any]:
        return {
            self._plain(name, f"the name of {what}"): self._several(value, (*path, name), what)
            for name, value in values.items()
        }

    def _several(self, value: Any, path: Path, what: str) -> Any:
        if not isinstance(value, list):
            return self._whole(value, path, what)
        return [self._whole(one, (*path, index), what) for index, one in enumerate(cast(list[Any], value))]

    def json(self, value: Any, path: Path) -> Any:
        if len(path) > _DEEPEST:
            if self._own.touch(value):
                raise Misplaced(f"A secret cannot be more than {_DEEPEST} levels deep in JSON")
            return value
        if isinstance(value, Mapping):
            named = cast(Mapping[str, Any], value)
            return {self._plain(name, "a key in JSON"): self.json(one, (*path, name)) for name, one in named.items()}
        if isinstance(value, list):
            return [self.json(one, (*path, index)) for index, one in enumerate(cast(list[Any], value))]
        return self._whole(value, path, "a text in JSON")

    def auth(self, auth: Mapping[str, Any], path: Path) -> dict[str, Any]:
        basic = auth.get("basic")
        if set(auth) == {"basic"} and isinstance(basic, list):
            return {"basic": self._several(basic, (*path, "basic"), "a user name or password")}
        if set(auth) == {"oauth"} and isinstance(auth["oauth"], Mapping):
            return {"oauth": self._client(cast("Mapping[str, Any]", auth["oauth"]), (*path, "oauth"))}
        form = next(iter(auth), "")
        said = auth.get(form)
        if form not in _SIGNING or len(auth) != 1 or not isinstance(said, Mapping):
            raise Misplaced(f"A secret cannot be in an 'auth' other than {FORMS}")
        signed = cast(Mapping[str, Any], said)
        if self._own.touch({name: value for name, value in signed.items() if name != "key"}):
            raise Misplaced(f"A secret cannot be in auth's {form} but as its 'key'")
        return {form: {**signed, "key": self._whole(signed["key"], (*path, form, "key"), "a key")}}

    def _client(self, said: Mapping[str, Any], path: Path) -> dict[str, Any]:
        if self._own.touch({name: value for name, value in said.items() if name not in SECRETS}):
            raise Misplaced("A secret cannot be in auth's oauth but as its 'client_id' and 'client_secret'")
        return {
            name: self._whole(value, (*path, name), "a client's id or secret") if name in SECRETS else value
            for name, value in said.items()
        }

    def _whole(self, value: Any, path: Path, what: str) -> Any:
        if not self._own.touch(value):
            return value
        name = self._own.whole(value)
        if name is None:
            raise Misplaced(f"A secret cannot be a part of {what}, or changed: it is all of it")
        self.slots.append(Slot(path, name))
        return shown(name)

    def _plain(self, text: str, where: str) -> str:
        if self._own.touch(text):
            raise Misplaced(f"A secret cannot be in {where}")
        return text


_READERS_OF_OBJECTS: Mapping[str, Callable[[_Reader, Any, Path], Any]] = {
    "headers": _Reader.headers,
    "params": _Reader.params,
    "data": _Reader.form,
    "json": _Reader.json,
    "auth": _Reader.auth,
}
_READERS_OF_OTHERS: Mapping[str, Callable[[_Reader, Any, Path], Any]] = {"url": _Reader.url, "json": _Reader.json}
