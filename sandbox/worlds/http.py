"""HTTP from a table of routes: `{"GET https://host/path?q=1": {"status", "headers", "json" | "text" | "base64"}}`.

A route's key may leave out the query and may hold `*`; the most exact one answers. A list of responses is given
out one by one, the last again and again. `{"fault": {"code", "message"}}` means no response came.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, ClassVar, cast
from urllib.parse import quote, urlsplit

from sandbox.capabilities import globs
from sandbox.capabilities.http import METHODS, READING, no_response
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, Trouble, fails, mapping, says

_TIMEOUT_MS = 30_000
_TRY_AGAIN = frozenset({429, 502, 503, 504})
# What a canned fault is told as, where its author gives it a code and no words.
_WHY = {
    "unreachable": "could not be reached: All connection attempts failed",
    "no_response": "gave no response: Server disconnected without sending a response.",
    "response_too_large": "sent more than 4,194,304 bytes",
}
_PAGE = "<h1>{reason}</h1>"
_NGINX = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>"
    "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_PAGES = {
    "nginx": _NGINX,
    "openresty": _NGINX.replace("nginx", "openresty"),
    "cloudflare": "error code: {status}",
    "envoy": "{reason}",
    "Apache": '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{status} {reason}</title>\n'
    "</head><body>\n<h1>{reason}</h1>\n</body></html>\n",
}


def _spoil(change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Trouble:
    """Spoil each response of a request, or of every request of a batch."""

    def spoil(call: HostCall, reply: HostReply) -> HostReply:
        if call.operation == "request":
            # The world had no response for it: make one up.
            value: dict[str, Any] = reply.value or {"url": call.payload.get("url")}
            return HostReply(value=change(value), elapsed_ns=reply.elapsed_ns)
        requests = call.payload.get("requests", [])
        answers: list[dict[str, Any]] = reply.value or [{} for _ in requests]
        spoilt = [
            {"value": change(one.get("value") or {"url": request.get("url")})}
            for request, one in zip(requests, answers, strict=True)
        ]
        return HostReply(value=spoilt, elapsed_ns=reply.elapsed_ns)

    return spoil


def _says(status: int, reason: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A server that answers with its own page of an error."""

    def change(value: Mapping[str, Any]) -> dict[str, Any]:
        headers = {**value.get("headers", {}), "content-type": "text/html"}
        page = _PAGES.get(str(headers.get("server")).partition("/")[0], _PAGE).format(status=status, reason=reason)
        return {"status": status, "url": value.get("url"), "headers": headers, "text": page}

    return change


def _cut(value: Mapping[str, Any]) -> dict[str, Any]:
    """Half a JSON text is none, which a tool can notice. Half a CSV file is a CSV file: that is left alone."""
    if not _is_data(value):
        return dict(value)
    text = str(value.get("text") or '{"items": [{"id"')
    return {"status": 200, "headers": {}, **value, "text": text[: max(1, len(text) // 2)]}


def _other_shape(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": 200, "headers": {}, **value, "text": "null"} if _is_data(value) else dict(value)


def _is_data(value: Mapping[str, Any]) -> bool:
    """Whether a response carries JSON with something in it, or is one that we make up."""
    if "text" not in value:
        return "base64" not in value
    try:
        return isinstance(json.loads(str(value["text"])), dict | list)
    except ValueError:
        return False


def _no_answer(call: HostCall, reply: HostReply) -> HostReply:
    """The real host waits for as long as the request says."""
    del reply
    requests = [call.payload] if call.operation == "request" else call.payload.get("requests", [])
    waited_ns = max((timeout_ms(one) for one in requests), default=0) * 1_000_000
    faults = [unanswered(one, "timeout") for one in requests]
    if call.operation == "send_many":
        return HostReply(value=[{"fault": asdict(fault)} for fault in faults], elapsed_ns=waited_ns)
    return HostReply(fault=faults[0], elapsed_ns=waited_ns)


class Web(Lasting):
    wait: ClassVar[Wait] = Wait(18, 1.1)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("http", "the server answers 500", _spoil(_says(500, "Internal Server Error"))),
        BadDay("http", "the server does not answer", _no_answer),
        BadDay("http", "the answer is cut off in the middle", _spoil(_cut), garbles=True),
        BadDay("http", "the answer is `null`", _spoil(_other_shape), garbles=True),
        BadDay("http", "a change is made and its answer is lost", _no_answer, ("not_repeated",), garbles=True),
        BadDay(
            "http",
            "the server answers 503",
            _spoil(_says(503, "Service Unavailable")),
            ("made_up_for_or_said",),
            first="the other side answers 503 to every change",
        ),
    )

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        routes = mapping(given, "http")
        self._routes = {_key(route): _responses(route, response) for route, response in routes.items()}
        self._served: Counter[str] = Counter()
        if starry := next((route for route in self._routes if route.count("*") > globs.STARS_MAX), None):
            raise InvalidWorld(f"world.http: {starry[:80]} has more than {globs.STARS_MAX} stars.")

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        requests = [payload] if operation == "request" else payload["requests"]
        replies = [self._one(request, deeds) for request in requests]
        late_ns = max((self._late_ns(*one) for one in zip(requests, replies, strict=True)), default=0)
        if late_ns:
            late_ns += self._setting.wait_ns("http", self.wait, max(1, len(requests)))
        if operation == "request":
            return HostReply(replies[0].value, replies[0].fault, late_ns)
        return HostReply([_item(reply) for reply in replies], elapsed_ns=late_ns)

    def frame(self, operation: str, payload: Mapping[str, Any]) -> Any:
        """What any response has, whatever it says."""
        requests = [payload] if operation == "request" else payload.get("requests", [])
        values: list[dict[str, Any]] = []
        for request in requests:
            values.append({"url": str(request.get("url")), "headers": {}})
            self._head(values[-1]["headers"], values[-1]["url"], has_text=False)
        return values[0] if operation == "request" else [{"value": value} for value in values]

    def _late_ns(self, request: Mapping[str, Any], reply: HostReply) -> int:
        """How much longer an answer takes that the host waits for in vain, or has tried for again."""
        draws = self._setting.draws
        if draws is None:
            return 0
        if reply.fault is not None and reply.fault.code == "timeout":
            return timeout_ms(request) * 1_000_000
        return draws.retries_ns(self._setting.calls) if _tried_again(request, reply) else 0

    def rewind(self) -> None:
        self._served.clear()

    def _one(self, request: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        method, url = str(request.get("method", "GET")), _with_query(request)
        if method not in READING:
            deeds.append(Deed("http", "request", {**request, "url": url}))
        key = self._find(method, url)
        if key is None:
            return self._nobody_there(method, url, request)
        responses = self._routes[key]
        response = responses[min(self._served[key], len(responses) - 1)]
        self._served[key] += 1
        return self._reply(response, method, url, request)

    def _nobody_there(self, method: str, url: str, request: Mapping[str, Any]) -> HostReply:
        """The tool hears what it would of a server that is not there; the author is told what the world lacks."""
        self._setting.lacks(f'"http": {{"{method} {url}": {{"status": 200, "json": {{}}}}}}')
        host, draws = urlsplit(url).hostname or "", self._setting.draws
        why = draws.unreachable(host) if draws else "it is not in this world"
        return HostReply(fault=unanswered(request, "unreachable", f"could not be reached: {why}"))

    def _reply(self, response: Mapping[str, Any], method: str, url: str, request: Mapping[str, Any]) -> HostReply:
        fault = response.get("fault")
        if fault is not None:
            said = mapping(fault, "http.fault")
            usual = unanswered(request, str(said.get("code", "unreachable")))
            message = str(said.get("message", usual.message))
            return fails(usual.code, message, said.get("hint", usual.hint), usual.details)
        value: dict[str, Any] = {"status": int(response.get("status", 200)), "url": url}
        value["headers"] = {name.lower(): str(text) for name, text in mapping(response.get("headers"), "http").items()}
        if "json" in response:
            value["text"] = json.dumps(response["json"])
            value["headers"].setdefault("content-type", "application/json")
        elif "base64" in response:
            value["base64"] = str(response["base64"])
        else:
            value["text"] = str(response.get("text", ""))
        if method == "HEAD":
            value["text"] = ""
            value.pop("base64", None)
        self._head(value["headers"], url, has_text=bool(value.get("text")))
        return says(value)

    def _head(self, headers: dict[str, str], url: str, *, has_text: bool) -> None:
        """Add what every server says of itself."""
        draws = self._setting.draws
        if draws is None:
            return
        moment = datetime.fromtimestamp(self._setting.now_ns // 1_000_000_000, UTC)
        headers.setdefault("date", format_datetime(moment, usegmt=True))
        headers.setdefault("server", draws.server(urlsplit(url).netloc))
        if has_text:
            headers.setdefault("content-type", "text/plain; charset=utf-8")

    def _find(self, method: str, url: str) -> str | None:
        bare = url.partition("?")[0]
        for exact in (f"{method} {url}", f"{method} {bare}"):
            if exact in self._routes:
                return exact
        wild = [key for key in self._routes if "*" in key and globs.matches(key, f"{method} {url}")]
        return max(wild, key=len, default=None)


STAGE: type[Stage] = Web


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


def unanswered(request: Mapping[str, Any], code: str, what: str | None = None) -> Fault:
    """Why a request got no response, as the real host says it."""
    method, url = str(request.get("method") or "GET").upper(), str(request.get("url"))
    if what is None:
        late = f"did not answer within {timeout_ms(request) / 1000:g} s"
        what = late if code == "timeout" else _WHY.get(code, "gave no response")
    return no_response(method, url.partition("?")[0], code, what, repeatable=_is_repeatable(request))


def timeout_ms(request: Mapping[str, Any]) -> int:
    said: object = request.get("timeout_ms")
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else _TIMEOUT_MS


def _is_repeatable(request: Mapping[str, Any]) -> bool:
    return str(request.get("method") or "GET").upper() in READING or request.get("key") is not None


def _tried_again(request: Mapping[str, Any], reply: HostReply) -> bool:
    """Whether the real host would have tried again by itself before it gives this answer."""
    if reply.fault is not None:
        return reply.fault.code == "unreachable" or (reply.fault.code == "no_response" and _is_repeatable(request))
    return _is_repeatable(request) and reply.value["status"] in _TRY_AGAIN


def _item(reply: HostReply) -> dict[str, Any]:
    return {"value": reply.value} if reply.fault is None else {"fault": asdict(reply.fault)}
