"""HTTP from a table of routes: `{"GET https://host/path?q=1": {"status", "headers", "json" | "text" | "base64"}}`.

A route's key may leave out the query and may hold `*`; the most exact one answers. A list of responses is given
out one by one, the last again and again. `{"fault": {"code", "message"}}` means no response came.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from sandbox.capabilities import globs
from sandbox.capabilities.http import METHODS, READING
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.contract.hosts import HostReply
from sandbox.worlds.stages import Deed, InvalidWorld, fails, mapping, says


class Web:
    def __init__(self, given: object):
        routes = mapping(given, "http")
        self._routes = {_key(route): _responses(route, response) for route, response in routes.items()}
        self._served: Counter[str] = Counter()
        if starry := next((route for route in self._routes if route.count("*") > globs.STARS_MAX), None):
            raise InvalidWorld(f"world.http: {starry[:80]} has more than {globs.STARS_MAX} stars.")

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "request":
            return self._one(payload, deeds)
        replies = [self._one(request, deeds) for request in payload["requests"]]
        return says([_item(reply) for reply in replies])

    def rewind(self) -> None:
        self._served.clear()

    def _one(self, request: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        method, url = str(request.get("method", "GET")), _with_query(request)
        if method not in READING:
            deeds.append(Deed("http", "request", {**request, "url": url}))
        key = self._find(method, url)
        if key is None:
            return fails(
                "no_route",
                f"The canned world has no response for {method} {url}.",
                f'Add it to the example: world: {{"http": {{"{method} {url}": {{"status": 200, "json": {{}}}}}}}}.',
            )
        responses = self._routes[key]
        response = responses[min(self._served[key], len(responses) - 1)]
        self._served[key] += 1
        return _reply(response, url)

    def _find(self, method: str, url: str) -> str | None:
        bare = url.partition("?")[0]
        for exact in (f"{method} {url}", f"{method} {bare}"):
            if exact in self._routes:
                return exact
        wild = [key for key in self._routes if "*" in key and globs.matches(key, f"{method} {url}")]
        return max(wild, key=len, default=None)


def _with_query(request: Mapping[str, Any]) -> str:
    """The URL with its `params`, in the order given, as the host would send them."""
    url, params = str(request["url"]), mapping(request.get("params"), "http.params")
    pairs = [(name, one) for name, value in params.items() for one in _several(value)]
    query = "&".join(f"{_quoted(name)}={_quoted(one)}" for name, one in pairs)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _several(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _quoted(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return quote(text, safe="")


def _key(route: str) -> str:
    method, _, url = route.partition(" ")
    if method not in METHODS:
        raise InvalidWorld(f'world.http: write a route as "GET https://host/path", not {route!r}.')
    if "*" in url:
        return route
    try:
        return f"{method} {Url.parse(url).text}"
    except UnsafeUrl as error:
        raise InvalidWorld(f"world.http: the route {route!r}: {error}.") from error


def _responses(route: str, given: object) -> list[dict[str, Any]]:
    several = _several(given)
    if not several:
        raise InvalidWorld(f"world.http.{route}: give at least one response.")
    return [mapping(one, f"http.{route}") for one in several]


def _reply(response: Mapping[str, Any], url: str) -> HostReply:
    fault = response.get("fault")
    if fault is not None:
        said = mapping(fault, "http.fault")
        return fails(str(said.get("code", "unreachable")), str(said.get("message", f"No response from {url}.")))
    value: dict[str, Any] = {"status": int(response.get("status", 200)), "url": url}
    value["headers"] = {name.lower(): str(text) for name, text in mapping(response.get("headers"), "http").items()}
    if "json" in response:
        value["text"] = json.dumps(response["json"])
        value["headers"].setdefault("content-type", "application/json")
    elif "base64" in response:
        value["base64"] = str(response["base64"])
    else:
        value["text"] = str(response.get("text", ""))
    return says(value)


def _item(reply: HostReply) -> dict[str, Any]:
    if reply.fault is None:
        return {"value": reply.value}
    return {"fault": {"code": reply.fault.code, "message": reply.fault.message, "hint": reply.fault.hint}}
