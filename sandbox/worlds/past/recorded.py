"""What a real run did, told from its journal as canned worlds tell it, as far as a journal can know."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.capabilities import AMBIENT, CAPABILITIES
from sandbox.capabilities.files import content
from sandbox.capabilities.kv import SCOPES, same
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax.web_requests import READING
from sandbox.worlds.http import shown
from sandbox.worlds.statements import said

# A call of the journal: what was asked, and what was answered: `{"value"}` or `{"fault"}`; None: nobody knows.
_Asked = tuple[str, Mapping[str, Any], Mapping[str, Any] | None]
_Told = Iterable[Mapping[str, Any]]
# Faults of a request that was sent, and may have been heard.
_SENT = frozenset({"timeout", "no_response", "uncertain", "response_too_large"})
_UNKNOWN = object()
# What cases state: see sandbox/worlds/__init__.py, which this must not import.
_STATED = [name for name, one in CAPABILITIES.items() if one.operations and name not in AMBIENT]


def done_of(calls: Sequence[Mapping[str, Any]]) -> tuple[dict[str, list[Mapping[str, Any]]], set[str]]:
    """`{capability: what was done}`, and the capabilities of which that cannot be told.

    `calls` are `{"capability", "operation", "effect", "request", "reply"}`, the last two as JSON text or None.
    """
    by_capability: dict[str, list[_Asked]] = {name: [] for name in _STATED}
    untold = set[str]()
    for call in calls:
        name = call["capability"]
        if name not in _STATED:
            continue
        if call["request"] is None or (name not in _TELLERS and call["effect"] != "read"):
            untold.add(name)
            continue
        reply = None if call["reply"] is None else json.loads(call["reply"])
        by_capability[name].append((call["operation"], json.loads(call["request"]), reply))
    done: dict[str, list[Mapping[str, Any]]] = {}
    for name, asked in by_capability.items():
        try:
            done[name] = list(_TELLERS[name](asked)) if name in _TELLERS else []
        except (KeyError, TypeError, ValueError, Malformed):
            untold.add(name)  # written by an older release, in another form
    return done, untold


def _value(reply: Mapping[str, Any] | None) -> Any:
    return _UNKNOWN if reply is None or "fault" in reply else reply.get("value")


def _code(reply: Mapping[str, Any] | None) -> str | None:
    fault: Mapping[str, Any] | None = None if reply is None else reply.get("fault")
    return None if fault is None else str(fault.get("code"))


def _requests(asked: Iterable[_Asked]) -> Iterator[Mapping[str, Any]]:
    for operation, payload, reply in asked:
        several = [payload] if operation == "request" else payload["requests"]
        replies: Sequence[Any] = [reply]
        if operation != "request":
            value = _value(reply)
            replies = [None] * len(several) if value is _UNKNOWN else value
        for request, told in zip(several, replies, strict=True):
            code = _code(told)
            is_sent = told is None or code is None or code in _SENT
            if is_sent and str(request.get("method") or "GET").upper() not in READING:
                yield shown(request)


def _mails(asked: Iterable[_Asked]) -> Iterator[Mapping[str, Any]]:
    for operation, payload, reply in asked:
        value = _value(reply)
        if value is _UNKNOWN:
            continue
        pairs = [(payload, value)] if operation == "send" else zip(payload["messages"], value, strict=True)
        for message, told in pairs:
            if told["status"] == "sent":
                yield said(message, *message)


def _marks(asked: Iterable[_Asked]) -> Iterator[Mapping[str, Any]]:
    told = [payload["keys"] for operation, payload, reply in asked if operation == "done" and _code(reply) is None]
    yield from ({"key": key} for key in dict.fromkeys(key for keys in told for key in keys))


def _values(asked: Iterable[_Asked]) -> _Told:
    """What has changed in the end, beside what was read first."""
    began: dict[tuple[str, str], Any] = {}
    ended: dict[tuple[str, str], Any] = {}
    for operation, payload, reply in asked:
        value = _value(reply)
        if value is _UNKNOWN:
            continue
        place = (payload.get("scope", SCOPES[0]), payload["key"])
        if operation == "get":
            began.setdefault(place, value)
        elif operation != "compare_and_set":
            began.setdefault(place, _UNKNOWN)
            ended[place] = None if operation == "delete" else payload.get("value")
        elif value is True:
            began.setdefault(place, payload.get("expected"))
            ended[place] = payload.get("value")
    return [
        {"scope": place[0], "key": place[1], "value": value}
        for place, value in ended.items()
        if began[place] is _UNKNOWN or not same(value, began[place])
    ]


def _files(asked: Iterable[_Asked]) -> _Told:
    ended: dict[str, bytes | None] = {}
    for operation, payload, reply in asked:
        if operation in ("write", "delete") and _value(reply) is not _UNKNOWN:
            ended[payload["path"]] = content(payload) if operation == "write" else None
    return [{"path": path, "content": kept} for path, kept in ended.items()]


def _called(asked: Iterable[_Asked]) -> _Told:
    return [said(payload, "name", "arguments") for _, payload, _ in asked]


def _questions(asked: Iterable[_Asked]) -> _Told:
    return [said(payload, "question", "details", "of") for _, payload, _ in asked]


# Which rows have come and gone, a journal of SQL does not know.
_TELLERS: Mapping[str, Callable[[Iterable[_Asked]], _Told]] = {
    "http": _requests,
    "email": _mails,
    "ledger": _marks,
    "kv": _values,
    "files": _files,
    "tools": _called,
    "approvals": _questions,
}
