"""A canned world with something wrong in it: what a host does on a bad day."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox import Fault, HostCall, HostReply
from sandbox.worlds import World

_READS = {"GET", "HEAD", "OPTIONS"}
_STEP_NS = 1_000_000
_TIMEOUT_NS = 30_000_000_000

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
        reply = await self.world.answer(call) if self.happens else HostReply(elapsed_ns=_STEP_NS)
        return self.trouble(call, reply)

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
            return HostReply(value=change(value), elapsed_ns=_STEP_NS)
        requests = call.payload.get("requests", [])
        answers: list[dict[str, Any]] = reply.value or [{} for _ in requests]
        spoilt = [
            {"value": change(one.get("value") or {"url": request.get("url")})}
            for request, one in zip(requests, answers, strict=True)
        ]
        return HostReply(value=spoilt, elapsed_ns=_STEP_NS)

    return spoil


def _server_error(value: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "text/html"}
    return {"status": 500, "url": value.get("url"), "headers": headers, "text": "<h1>Internal Server Error</h1>"}


def _unavailable(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": 503, "url": value.get("url"), "headers": {}, "text": "Service Unavailable"}


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
    del reply
    fault = Fault("timeout", "No answer within 30 seconds.")
    if call.operation == "send_many":
        item = {"fault": {"code": fault.code, "message": fault.message, "hint": None}}
        return HostReply(value=[item for _ in call.payload.get("requests", [])], elapsed_ns=_TIMEOUT_NS)
    return HostReply(fault=fault, elapsed_ns=_TIMEOUT_NS)


def _mail(code: str, status: str, message: str) -> Trouble:
    def spoil(call: HostCall, reply: HostReply) -> HostReply:
        del reply
        if call.operation == "send_many":
            items = [{"status": status, "error": message} for _ in call.payload.get("messages", [])]
            return HostReply(value=items, elapsed_ns=_STEP_NS)
        return HostReply(fault=Fault(code, message), elapsed_ns=_STEP_NS)

    return spoil


def _fails(code: str, message: str) -> Trouble:
    return lambda _call, _reply: HostReply(fault=Fault(code, message), elapsed_ns=_STEP_NS)


# The three that idempotency looks at: what came after them.
LOST_ANSWER = BadDay("http", "a change is made and its answer is lost", _no_answer, garbles=True)
WRITES_REFUSED = BadDay("http", "the server answers 503", _http(_unavailable))
MAIL_UNCERTAIN = BadDay(
    "email",
    "nobody can tell whether a mail was sent",
    _mail("uncertain", "uncertain", "the connection was lost before the server answered"),
    garbles=True,
)
MAIL_AWAY = BadDay(
    "email",
    "the mail server takes nothing for now",
    _mail("unavailable", "failed", "421 4.3.2 Service not available"),
)
_DAYS = (
    BadDay("http", "the server answers 500", _http(_server_error)),
    BadDay("http", "the server does not answer", _no_answer),
    BadDay("http", "the answer is cut off in the middle", _http(_cut), garbles=True),
    BadDay("http", "the answer is `null`", _http(_other_shape), garbles=True),
    MAIL_AWAY,
    BadDay("email", "the recipients are refused", _mail("rejected", "rejected", "550 5.1.1 No such user")),
    BadDay("sql", "the database is away", _fails("unavailable", "The database does not answer.")),
    BadDay("files", "the file store is away", _fails("unavailable", "The file store does not answer.")),
    BadDay("tools", "the other tool fails", _fails("tool_failed", "The tool failed.")),
)
