"""http: a method and a URL pattern. The query is free, and never part of a pattern."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.capabilities import globs, overrides
from sandbox.capabilities.permits import Malformed, Need, Permit, Plain, Unreadable, mappings, text
from sandbox.capabilities.urls import PORTS, UnsafeUrl, Url
from sandbox.contract.hosts import Effect

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LINE = re.compile(r"(?P<method>[A-Z]+|\*) (?P<scheme>https?)://(?P<wild>\*\.)?(?P<rest>[^?#]+)")


@dataclass(frozen=True, slots=True)
class Route:
    """A permit: a method or `*`, and a URL whose host may start with `*.` and whose path may hold `*`."""

    method: str
    scheme: str
    subdomains: bool
    host: str
    port: int
    path: str

    @property
    def _url(self) -> str:
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{'*.' if self.subdomains else ''}{self.host}{port}{self.path}"

    @property
    def line(self) -> str:
        return f"{self.method} {self._url}"

    @property
    def sentence(self) -> str:
        what = "requests of any kind" if self.method == "*" else f"{self.method} requests"
        plain = self.path.endswith("*") and "*" not in self.path[:-1]
        where = f"{self._url[:-1]} and everything below it" if plain else self._url
        return f"Send {what} to {where}{' (any subdomain)' if self.subdomains else ''}."

    def allows(self, need: Need) -> bool:
        url = Url.parse(need.target)
        return (
            self.method in ("*", need.verb)
            and (self.scheme, self.port) == (url.scheme, url.port)
            and self._holds(url.host)
            and globs.matches(self.path, url.path)
        )

    def _holds(self, host: str) -> bool:
        return host.endswith(f".{self.host}") if self.subdomains else host == self.host

    def covers(self, other: Permit) -> bool:
        return (
            isinstance(other, Route)
            and self.method in ("*", other.method)
            and (self.scheme, self.port) == (other.scheme, other.port)
            and (self._holds(other.host) or (self.subdomains and self.host == other.host and other.subdomains))
            and (self.subdomains or not other.subdomains)
            and globs.covers(self.path, other.path)
        )


class Http(Plain):
    name = "http"
    grammar = ("GET https://api.stripe.com/v1/*", "POST https://*.example.com/hooks", "* https://host:8443/*")
    operations: Mapping[str, Effect] = {"request": "unsafe", "send_many": "unsafe"}

    def permit(self, line: str) -> Permit:
        found = _LINE.fullmatch(line)
        if found is None or found["method"] not in (*METHODS, "*"):
            raise Unreadable(f"write a method ({', '.join(METHODS)} or *), a space and a URL without query")
        try:
            url = Url.parse(f"{found['scheme']}://{found['rest']}")
        except UnsafeUrl as error:
            raise Unreadable(f"the URL is not safe: {error}") from error
        if found["wild"] and "." not in url.host:
            raise Unreadable(f"*.{url.host} is half the internet; name a domain under it")
        return Route(
            found["method"],
            url.scheme,
            found["wild"] is not None,
            url.host,
            url.port,
            url.path.replace("%2A", "*"),
        )

    def needs(self, operation: str, payload: Mapping[str, Any]) -> list[Need]:
        return [_need(request) for request in _requests(operation, payload)]

    def effect(self, operation: str, payload: Mapping[str, Any]) -> Effect:
        requests = _requests(operation, payload)
        if all(_method(request) in READING for request in requests):
            return "read"
        keyed = all(request.get("key") or _method(request) in READING for request in requests)
        return "keyed" if keyed else "unsafe"

    def weight(self, operation: str, payload: Mapping[str, Any]) -> int:
        return len(_requests(operation, payload))

    def canonical(self, operation: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        requests = [_canonical(request) for request in _requests(operation, payload)]
        return requests[0] if operation == "request" else {**payload, "requests": requests}


def _requests(operation: str, payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [payload] if operation == "request" else mappings(payload, "requests")


def _method(request: Mapping[str, Any]) -> str:
    method = str(request.get("method") or "GET").upper()
    if method not in METHODS:
        raise Malformed(f"there is no method {method!r}; use {', '.join(METHODS)}.")
    return method


def _url(request: Mapping[str, Any]) -> Url:
    given = text(request, "url")
    try:
        return Url.parse(given)
    except UnsafeUrl as error:
        raise Malformed(f"the URL {given[:200]!r} is refused: {error}.") from error


def _need(request: Mapping[str, Any]) -> Need:
    method, url = _method(request), _url(request)
    _demand_no_override(request, method)
    _demand_basic(request.get("auth"))
    return Need(method, url.text, f"{method} {url.origin}{url.path}")


def _demand_no_override(request: Mapping[str, Any], method: str) -> None:
    headers = request.get("headers")
    for name in cast(Mapping[str, Any], headers) if isinstance(headers, Mapping) else ():
        if overrides.is_refused(name):
            raise Malformed(
                f"the header {name[:100]!r} is not for a tool to set: servers may read a method, place or sender out "
                "of it that the grant does not name. Ask for the method and URL that you mean."
            )
    if (field := overrides.other_method(request, method)) is not None:
        raise Malformed(
            f"the field {field[:100]!r} would make another method of this {method}. Send that method, and ask for it "
            "in the spec."
        )


def _demand_basic(auth: object) -> None:
    if auth is None:
        return
    basic: object = cast(Mapping[str, object], auth).get("basic") if isinstance(auth, Mapping) else None
    pair = cast(list[object], basic) if isinstance(basic, list) else []
    user, password = pair if len(pair) == 2 else (None, None)
    fits = isinstance(user, str) and isinstance(password, str)
    if not fits or len(cast(Mapping[str, object], auth)) != 1:
        raise Malformed("'auth' is {\"basic\": (user, password)}, two texts.")


def _canonical(request: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**request, "method": _method(request), "url": _url(request).text}
