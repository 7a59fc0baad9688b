"""A canned world with something wrong in it: what a host does on a bad day."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from sandbox import Fault, HostCall, HostReply
from sandbox.worlds import World, timeout_ms, unanswered, undelivered, unsent

_READS = {"GET", "HEAD", "OPTIONS"}

# What a bad day makes of a call; None: this call goes well. It may ask the world for the true reply.
Trouble = Callable[[HostCall, HostReply], HostReply]


@dataclass
class Stagehand:
    """A host that passes calls on to a world, writes them down, and spoils those that `spoils` says."""

    world: World
    trouble: Trouble | None = None
    spoils: Callable[[HostCall], bool] = lambda _call: True
    happens: bool = False
    calls: list[HostCall] = field(default_factory=list[HostCall])
    replies: list[HostReply] = field(default_factory=list[HostReply])

    async def answer(self, call: HostCall) -> HostReply:
        self.calls.append(call)
        self.replies.append(await self._reply(call))
        return self.replies[-1]

    async def _reply(self, call: HostCall) -> HostReply:
        if self.trouble is None or not self.spoils(call):
            return await self.world.answer(call)
        # Where only the answer is garbled, what was asked has happened all the same.
        reply = await self.world.answer(call) if self.happens else self.world.unmade(call)
        spoilt = self.trouble(call, reply)
        self.world.wait(spoilt.elapsed_ns - reply.elapsed_ns)
        return spoilt

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.world.progress(done, total, message)


@dataclass(frozen=True, slots=True)
class BadDay:
    """One kind of trouble with one capability.

    `garbles`: the call is made and its answer garbled, so the tool may not have needed what was spoilt.
    """

    capability: str
    sentence: str
    trouble: Trouble
    garbles: bool = False

    def hits(self, call: HostCall) -> bool:
        return call.capability == self.capability


def changes(call: HostCall) -> bool:
    """Whether a call asks for something to be done, rather than to be told."""
    if call.capability != "http":
        return True
    requests = [call.payload] if call.operation == "request" else call.payload.get("requests", [])
    return any(str(one.get("method", "GET")).upper() not in _READS for one in requests)


def went_wrong(reply: HostReply) -> bool:
    """Whether the other side said, without any help of ours, that it could not do it."""
    if reply.fault is not None:
        return True
    value: Any = reply.value
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return bool(items) and all(_item_went_wrong(one) for one in items)
    return _item_went_wrong({"value": value})


def _item_went_wrong(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    said = cast("dict[str, Any]", item)
    value: Any = said.get("value")
    status: Any = cast("dict[str, Any]", value).get("status") if isinstance(value, dict) else said.get("status")
    if isinstance(status, int):
        return status >= 500 or status == 429
    return "fault" in said or status in {"rejected", "failed", "uncertain"}


def bad_days(calls: tuple[HostCall, ...]) -> list[BadDay]:
    """Return what could go wrong with the calls a run has made."""
    used = {call.capability for call in calls}
    return [day for day in _DAYS if day.capability in used]


def _http(change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Trouble:
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


def _mail(status: str, *messages: str) -> Trouble:
    def spoil(call: HostCall, reply: HostReply) -> HostReply:
        message = _one_of(messages, reply)
        if call.operation == "send_many":
            items = [unsent(status, message) for _ in call.payload.get("messages", [])]
            return HostReply(value=items, elapsed_ns=reply.elapsed_ns)
        return HostReply(fault=undelivered(status, message).fault, elapsed_ns=reply.elapsed_ns)

    return spoil


def _database_is_away(call: HostCall, reply: HostReply) -> HostReply:
    why = _one_of(("connection refused", "the connection timed out", "the server closed the connection"), reply)
    message = f"The database {call.payload.get('database')!r} cannot be reached: {why}."
    hint = "Try again later; somebody may have to mend the connection."
    return HostReply(fault=Fault("unavailable", message, hint, {"retryable": True}), elapsed_ns=reply.elapsed_ns)


def _files_are_away(call: HostCall, reply: HostReply) -> HostReply:
    del call
    fault = Fault("unavailable", "The file store does not answer.", "Try again later.", {"retryable": True})
    return HostReply(fault=fault, elapsed_ns=reply.elapsed_ns)


def _tool_fails(call: HostCall, reply: HostReply) -> HostReply:
    del call
    message = _one_of(("The tool failed.", "It failed.", "Its upstream answers 503.", "KeyError: 'id'"), reply)
    return HostReply(fault=Fault("tool_failed", message, None, reply.value), elapsed_ns=reply.elapsed_ns)


def _one_of(texts: Sequence[str], reply: HostReply) -> str:
    """How long the reply took was drawn, and is as good as any other number."""
    return texts[reply.elapsed_ns % len(texts)]


# The three that idempotency looks at: what came after them.
LOST_ANSWER = BadDay("http", "a change is made and its answer is lost", _no_answer, garbles=True)
WRITES_REFUSED = BadDay("http", "the server answers 503", _http(_says(503, "Service Unavailable")))
MAIL_UNCERTAIN = BadDay(
    "email",
    "nobody can tell whether a mail was sent",
    _mail("uncertain", "the connection was lost before the server answered", "the server did not answer in time"),
    garbles=True,
)
MAIL_AWAY = BadDay(
    "email",
    "the mail server takes nothing for now",
    _mail("failed", "421 4.3.2 Service not available", "451 4.7.1 Try again later", "452 4.3.1 Out of memory"),
)
_NO_USER = ("550 5.1.1 No such user", "550 5.1.1 The account does not exist", "550 5.7.1 Recipient rejected")
_DAYS = (
    BadDay("http", "the server answers 500", _http(_says(500, "Internal Server Error"))),
    BadDay("http", "the server does not answer", _no_answer),
    BadDay("http", "the answer is cut off in the middle", _http(_cut), garbles=True),
    BadDay("http", "the answer is `null`", _http(_other_shape), garbles=True),
    MAIL_AWAY,
    BadDay("email", "the recipients are refused", _mail("rejected", *_NO_USER)),
    BadDay("sql", "the database is away", _database_is_away),
    BadDay("files", "the file store is away", _files_are_away),
    BadDay("tools", "the other tool fails", _tool_fails),
)
