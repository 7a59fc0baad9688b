"""http: a method and a URL pattern. The query is free, and never part of a pattern."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sandbox.capabilities import globs
from sandbox.capabilities.permits import Malformed, Need, Permit, Unreadable
from sandbox.capabilities.syntax import overrides, slots
from sandbox.capabilities.syntax.signing import read_auth
from sandbox.capabilities.syntax.tokens import token_asked
from sandbox.capabilities.syntax.urls import PORTS, UnsafeUrl, Url
from sandbox.capabilities.syntax.web_requests import METHODS, READING, read_url
from sandbox.capabilities.traits import Capability, Excess, Kind, Plain, Reading, Traits
from sandbox.contract.hosts import Effect, HostCall
from sandbox.contract.outcomes import Fault
from sandbox.contract.placeholders import Placeholders, Slot

# Requests that a receiver may get twice: they say how something should be, not what should be added.
_SETTING = frozenset({"PUT", "PATCH", "DELETE"})
# A POST that asks and changes nothing, by the last words of its path. GraphQL asks too, unless it says that it changes.
_ASKING = re.compile(
    r"(?:^|[/_:.-])(?:search|query|lookup|find|filter|graphql|token|validate|quote|quotes|preview|count|resolve|batch_?get)/?$",
    re.IGNORECASE,
)
_METHODS_OF_STAR = 3
_FUNCTIONS = frozenset({"get", "post", "put", "patch", "delete"})  # of the SDK, each with its URL first
_LINE = re.compile(r"(?P<method>[A-Z]+|\*) (?P<scheme>https?)://(?P<wild>\*\.)?(?P<rest>[^?#]+)")


@dataclass(frozen=True, slots=True)
class UrlNeed(Need):
    """A need whose URL has been read."""

    url: Url


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
        url = need.url if isinstance(need, UrlNeed) else Url.parse(need.target)
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
    traits = Traits(
        ambient=False,
        reaches_out=True,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=False,
        repeatable=True,
        batches={"send_many": "requests"},
        in_parts=frozenset({"send_many"}),
        keys="receiver",
        contents_compared=False,
        tenant_limit=None,
    )

    def permit(self, line: str) -> Permit:
        """Raises Unreadable."""
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

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        given = self.parts(operation, payload)
        needs = [_need(request) for request in given]
        requests = tuple(
            {**request, "method": need.verb, "url": need.url.text} for request, need in zip(given, needs, strict=True)
        )
        canonical = requests[0] if operation == "request" else {**payload, "requests": list(requests)}
        return Reading(canonical, [*needs, *_token_needs(given)], _effect(requests), len(requests), requests)

    def take_secrets(
        self, operation: str, payload: Mapping[str, Any], own: Placeholders
    ) -> tuple[Mapping[str, Any], tuple[Slot, ...]]:
        return slots.read_slots(operation, payload, own)

    def written_out(self, function: str, first: str) -> tuple[str, Mapping[str, Any]] | None:
        return ("request", {"method": function.upper(), "url": first}) if function in _FUNCTIONS else None

    def excess(self, lines: Sequence[str], calls: Sequence[HostCall]) -> Iterator[Excess]:
        if not calls:
            return
        parts = [one for call in calls for one in call.parts]
        requests = [(str(one.get("method", "GET")), str(one.get("url", ""))) for one in parts]
        requests += [(need.verb, need.url.text) for need in _token_needs(parts)]
        methods = {method for method, _ in requests}
        hosts = {url.split("/")[2].split(":")[0] for _, url in requests if url.count("/") >= 2}
        for line in lines:
            method, _, url = line.partition(" ")
            host = url.split("/")[2] if url.count("/") >= 2 else ""
            if method == "*" and len(methods) < _METHODS_OF_STAR:
                yield Excess(line, f"the examples only send {', '.join(sorted(methods))}", f"{min(methods)} {url}")
            if host.startswith("*.") and len(hosts) == 1:
                yield Excess(line, f"the examples only talk to {min(hosts)}", line.replace(host, min(hosts), 1))
            if url and method not in {"*", "at"} and method not in methods:
                yield Excess(line, f"no example sends {method}", "an example that needs it, or no such permit")

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation
        if what.get("method") in _SETTING:
            return "setting"
        return "question" if _asks(what) else "request"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        del operation
        return f"{what.get('method')} {what.get('url')}"

    def alters(self, operation: str, part: Mapping[str, Any]) -> bool:
        return str(part.get("method", "GET")).upper() not in READING and self.kind(operation, part) != "question"

    def address(self, operation: str, payload: Mapping[str, Any]) -> str | None:
        if operation != "request" or payload.get("method", "GET") != "GET":
            return None
        return str(payload.get("url")).partition("?")[0]

    def doubt(self, part: Mapping[str, Any]) -> str:
        return f"{part.get('method', 'GET')} {str(part['url']).partition('?')[0]}"[:200] if "url" in part else ""


def hosts_named(permits: Iterable[Permit]) -> frozenset[str]:
    """The hosts that permits name in full, those left out of which a tool chooses a part."""
    return frozenset(permit.host for permit in permits if isinstance(permit, Route) and not permit.subdomains)


def no_response(method: str, where: str, code: str, what: str, *, repeatable: bool) -> Fault:
    """Why a request got no response, real or canned. `where` is the URL without its query, which may hold a secret."""
    retryable = (repeatable and code != "response_too_large") or code == "unreachable"
    return Fault(
        code,
        f"{method} {where}: the server {what}.",
        None if retryable else "It may have taken effect: check before sending it again.",
        {"retryable": retryable},
    )


CAPABILITY: Capability = Http()


def _effect(requests: Sequence[Mapping[str, Any]]) -> Effect:
    """Of requests in their one form."""
    changing = [request for request in requests if request["method"] not in READING]
    if not changing:
        return "read"
    return "keyed" if all(request.get("key") for request in changing) else "unsafe"


def _asks(request: Mapping[str, Any]) -> bool:
    if request.get("method") != "POST" or _ASKING.search(str(request.get("url")).partition("?")[0]) is None:
        return False
    said = json.dumps(request.get("json"), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "mutation" not in said[:200]


def _method(request: Mapping[str, Any]) -> str:
    method = str(request.get("method") or "GET").upper()
    if method not in METHODS:
        raise Malformed(f"there is no method {method!r}; use {', '.join(METHODS)}.")
    return method


def _need(request: Mapping[str, Any]) -> UrlNeed:
    method, url = _method(request), read_url(request)
    _demand_no_override(request, method)
    if request.get("auth") is not None:
        read_auth(request["auth"])
    return UrlNeed(method, url.text, f"{method} {url.origin}{url.path}", url)


def _token_needs(requests: Sequence[Mapping[str, Any]]) -> list[UrlNeed]:
    """Where the host fetches tokens for them: places that the grant has to name, too."""
    urls = {asked.url.text: asked.url for request in requests if (asked := token_asked(request)) is not None}
    return [UrlNeed("POST", text, f"POST {url.origin}{url.path}", url) for text, url in urls.items()]


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
