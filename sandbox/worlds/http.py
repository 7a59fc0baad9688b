"""HTTP from a table of routes: `{"GET https://host/path?q=1": {"status", "headers", "json" | "text" | "base64"}}`.

A route's key may leave out the query, may have it in any order and may hold `*`; the most exact one answers. Of a list
of responses those with a `when` (`{"query", "headers", "json", "form", "text", "contains"}`: what the request holds)
that fits come first; they are given out one by one, the last again and again, and the host's own retries take the next
one too. `{"fault": {"code", "message", "hint", "retryable"}}` means no response came.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl, urlsplit

from sandbox.capabilities import globs
from sandbox.capabilities.http import CAPABILITY
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax import addresses
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.capabilities.syntax.web_requests import (
    METHODS,
    READING,
    RETRIES,
    TIMEOUT_MS_DEFAULT,
    Request,
    worth_retrying,
)
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.answers import conditions
from sandbox.worlds.answers.conditions import Conditional, Turns
from sandbox.worlds.answers.responses import Asked, Response, unanswered
from sandbox.worlds.answers.spoiling import answering, cut, other_shape, said_error, spoil
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, mapping, refuses
from sandbox.worlds.statements import Seen, Statements, said


def _no_answer(call: HostCall, reply: HostReply) -> HostReply:
    """The real host waits for as long as the request says."""
    del reply
    requests = [call.payload] if call.operation == "request" else call.payload.get("requests", [])
    waited_ns = max((timeout_ms(one) for one in requests), default=0) * 1_000_000
    faults = [unanswered(_asked(one), "timeout") for one in requests]
    if call.operation == "send_many":
        return HostReply(value=[{"fault": asdict(fault)} for fault in faults], elapsed_ns=waited_ns)
    return HostReply(fault=faults[0], elapsed_ns=waited_ns)


class Web(Lasting):
    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"{what.get('method')} {what.get('url')}",
        kind=lambda what: str(what.get("method")),
        fields={
            "method": "json",
            "url": "url",
            "json": "json",
            "form": "json",
            "data": "content",
            "files": "attachments",
            "headers": "headers",
            "key": "text",
        },
        substance=("method", "url", "json", "form", "data", "files"),
    )
    wait: ClassVar[Wait] = Wait(18, 1.1)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("http", "the server answers 500", spoil(answering(500, "Internal Server Error"))),
        BadDay("http", "the server refuses it (422)", spoil(answering(422, "Unprocessable Content")), of_changes=True),
        BadDay("http", "the server answers 429", spoil(answering(429, "Too Many Requests"))),
        BadDay("http", "the server does not answer", _no_answer),
        BadDay("http", "the answer is cut off in the middle", spoil(cut), garbles=True),
        BadDay("http", "the answer is `null`", spoil(other_shape), garbles=True),
        BadDay("http", "the server sends on to another page (302)", spoil(answering(302, "Found")), severity="warning"),
        BadDay(
            "http", "the answer is 200 and holds only an `error`", spoil(said_error), garbles=True, severity="question"
        ),
        BadDay("http", "a change is made and its answer is lost", _no_answer, ("not_repeated",), garbles=True),
        BadDay(
            "http",
            "the server answers 503",
            spoil(answering(503, "Service Unavailable")),
            ("noticed", "made_up_for_or_said"),
            first="the other side answers 503 to every change",
        ),
    )

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._routes = _routes(given)

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        requests = [payload] if operation == "request" else payload["requests"]
        replies = [self._one(request, at, deeds) for at, request in enumerate(requests)]
        late_ns = max((reply.elapsed_ns for reply in replies), default=0)
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

    def rewind(self) -> None:
        for turns in self._routes.values():
            turns.rewind()

    def amend(self, given: object) -> None:
        self._routes |= _routes(given)

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        """A POST that only asks need not be stated."""
        del asked
        return [Seen(shown(deed.what), CAPABILITY.kind("request", deed.what) == "question") for deed in deeds]

    def _one(self, given: Mapping[str, Any], at: int, deeds: list[Deed]) -> HostReply:
        """One request's reply. `elapsed_ns` is how much longer it takes than any: waited in vain, or tried again."""
        try:
            request = Request.parse(given)
            token_url = request.token.url if request.token else None
            refused = self._setting.secrets.refusal(self._setting.call, at, request.url, token_url)
        except Malformed as error:
            return refuses(error)
        if refused is not None:
            return HostReply(fault=refused)
        if request.method not in READING:
            deeds.append(Deed("http", "request", {**given, "url": request.url.text}))
        response = self._next(request)
        if response is None:
            return self._nobody_there(request)
        return self._persist(response, request)

    def _persist(self, response: Response, request: Request) -> HostReply:
        """The real host tries again by itself what is safe to try again: so is the next response of the route's."""
        asked, tried_again = _of(request), False
        for _ in range(RETRIES):
            if not _is_tried_again(response, asked):
                break
            tried_again = True
            response = self._next(request) or response
        fault = response.failure(asked)
        if fault is not None and fault.code == "timeout":
            late_ns = int(request.timeout_s * 1e9) if self._setting.draws else 0
            return HostReply(fault=fault, elapsed_ns=late_ns)
        draws = self._setting.draws
        late_ns = draws.retries_ns(self._setting.calls) if draws and tried_again else 0
        if fault is not None:
            return HostReply(fault=fault, elapsed_ns=late_ns)
        value = response.value(request.method, request.url.text)
        self._head(value["headers"], request.url.text, has_text=bool(value.get("text")))
        return HostReply(value, elapsed_ns=late_ns)

    def _nobody_there(self, request: Request) -> HostReply:
        """The tool hears what it would of a server that is not there; the author is told what the world lacks."""
        said = addresses.refusal(request.url.host)
        if said is not None:
            return HostReply(fault=Fault("address_refused", said, addresses.HINT))
        self._setting.lacks(f'"http": {{"{request.method} {request.url.text}": {{"status": 200, "json": {{}}}}}}')
        draws = self._setting.draws
        why = draws.unreachable(request.url.host) if draws else "it is not in this world"
        late_ns = draws.retries_ns(self._setting.calls) if draws else 0
        fault = unanswered(_of(request), "unreachable", f"could not be reached: {why}")
        return HostReply(fault=fault, elapsed_ns=late_ns)

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

    def _next(self, request: Request) -> Response | None:
        """The response whose turn it is, of the most exact route that has one for this request."""
        found = (self._routes[key].next(request) for key in self._keys(request.method, request.url.text))
        return next((response for response in found if response is not None), None)

    def _keys(self, method: str, url: str) -> Iterator[str]:
        """The routes that answer this, the most exact one first."""
        bare, _, query = url.partition("?")
        exact, plain = f"{method} {url}", f"{method} {bare}"
        asked = sorted(parse_qsl(query, keep_blank_values=True))
        reordered = (
            key
            for key in self._routes
            if key.startswith(f"{plain}?") and sorted(parse_qsl(key.partition("?")[2], keep_blank_values=True)) == asked
        )
        wild = (key for key in self._routes if "*" in key and globs.matches(key, exact))
        every = (exact, *reordered, plain, *sorted(wild, key=len, reverse=True))
        yield from (key for key in dict.fromkeys(every) if key in self._routes)


STAGE: type[Stage] = Web


def shown(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request as cases state it."""
    shown = said(request, "method", "url", "json", "files", "key")
    headers: Mapping[str, Any] = request.get("headers") or {}
    shown["headers"] = {str(name).lower(): str(text) for name, text in headers.items()}
    data = request.get("data")
    if request.get("data_base64") is not None:
        shown["data"] = base64.b64decode(str(request["data_base64"]))
    elif data is not None:
        shown["form" if isinstance(data, Mapping) else "data"] = data
    return shown


def _routes(given: object) -> dict[str, Turns[Response]]:
    routes = {_key(route): _responses(route, response) for route, response in mapping(given, "http").items()}
    if starry := next((route for route in routes if route.count("*") > globs.STARS_MAX), None):
        raise InvalidWorld(f"world.http: {starry[:80]} has more than {globs.STARS_MAX} stars.")
    return routes


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


def _responses(route: str, given: object) -> Turns[Response]:
    several = cast("list[object]", given) if isinstance(given, list) else [given]
    if not several:
        raise InvalidWorld(f"world.http.{route}: give at least one response.")
    return Turns([_response(one, f"http.{route}") for one in several])


def _response(given: object, where: str) -> Conditional[Response]:
    said = mapping(given, where)
    return Conditional(Response.parse(said, where), conditions.of_request(said.get("when"), f"{where}.when"))


def _of(request: Request) -> Asked:
    return Asked(request.method, request.where, request.timeout_s, request.repeatable)


def _asked(given: Mapping[str, Any]) -> Asked:
    """Of a request as its tool wrote it, which nobody may have read."""
    method = str(given.get("method") or "GET").upper()
    repeatable = method in READING or given.get("key") is not None
    return Asked(method, str(given.get("url")).partition("?")[0], timeout_ms(given) / 1000, repeatable)


def timeout_ms(request: Mapping[str, Any]) -> int:
    """How long a request is waited for."""
    said: object = request.get("timeout_ms")
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else TIMEOUT_MS_DEFAULT


def _is_tried_again(response: Response, asked: Asked) -> bool:
    fault = response.failure(asked)
    if fault is not None:
        return fault.code == "unreachable" or (fault.code == "no_response" and asked.repeatable)
    return asked.repeatable and worth_retrying(response.status, response.headers) is not None


def _item(reply: HostReply) -> dict[str, Any]:
    return {"value": reply.value} if reply.fault is None else {"fault": asdict(reply.fault)}
