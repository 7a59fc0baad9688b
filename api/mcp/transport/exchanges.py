"""Calls under way in the eras of the handshake.

There `notifications/cancelled` ends a call, and a connection that ends does not (2025-11-25, utilities/cancellation and
transports): the call goes on, and whoever sends the same request again is given its answer. In the newer era it is the
other way round, and nothing of this is kept. Another process finds the run in its row: tenants/runs/resends.py.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from api.mcp.call import call, look
from api.mcp.messages import Answer, GoesOn, Refused, Request, Returned
from sandbox import Lru, jsontext
from tenants.base.events import Events
from tenants.runs import resends

# Of calls whose clients were cut off. They come again soon, or not at all.
_KEPT_MAX, _KEPT_S = 2_000, 600.0
_USED_MAX = 20_000
# Told to other processes: whoever serves the call ends it.
CANCELLED = "mcp.cancelled"
STOPPED = Refused({"code": "cancelled", "message": "The call was cancelled by its client.", "hint": "Call it again."})


class Key(NamedTuple):
    """Whose request it is. Clients count their requests from one: `client` is what else tells them apart."""

    tenant_id: str
    principal: str
    client: str
    request_id: str | int


class Exchange:
    """One call. `earlier` is the very same one, whose client was cut off; `stop` ends it."""

    __slots__ = ("_answer", "earlier", "ended_at", "is_left", "on_left", "params", "sent_as", "stop")

    def __init__(self, params: dict[str, Any], stop: Callable[[], object] | None = None) -> None:
        self.params = params
        self.stop = stop
        self.earlier: Exchange | None = None
        self.is_left = False
        # What its run is found again by at another process, and what tells that one that it may be.
        self.sent_as: str | None = None
        self.on_left: Callable[[], object] | None = None
        self.ended_at = 0.0
        self._answer: asyncio.Future[Answer | str | None] | None = None

    def leave(self) -> None:
        """Its client was cut off, and may come again."""
        if self.on_left is not None and not self.is_left:
            self.on_left()
        self.is_left = True
        self._answer = self._answer or asyncio.get_running_loop().create_future()

    def cancel(self) -> None:
        for one in (self.earlier, self):
            if one is not None and one.stop is not None:
                one.stop()

    def end(self, answer: Answer | None) -> None:
        """It has come to this. Of a run its id is kept: what the run came to is written down."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(_run_of(answer) or answer)

    async def answered(self) -> Answer | str | None:
        """What it came to, or the id of the run that says it; None when it has come to nothing."""
        return None if self._answer is None else await asyncio.shield(self._answer)


async def answer_of(request: Request, exchange: Exchange | None) -> Answer:
    """The answer of a call; of one that is sent again, what it has come to since."""
    if exchange is not None and exchange.sent_as is not None:
        request = _resendable(request, exchange, exchange.sent_as)
    said = await exchange.earlier.answered() if exchange is not None and exchange.earlier is not None else None
    if isinstance(said, str):
        answer = (await look(request.runtime, request.actor, said))[1]
    else:
        answer = said or await call(request)
    if exchange is not None:
        exchange.end(answer)
    return answer


def _resendable(request: Request, exchange: Exchange, sent_as: str) -> Request:
    """Let other processes find its run, if its client is cut off and sends it to one of them."""
    runtime, actor = request.runtime, request.actor

    def note() -> None:
        runtime.spawn(resends.note_cut_off(runtime, actor.tenant_id, actor.id, sent_as), name="a client was cut off")

    exchange.on_left = note
    return replace(request, sent_as=sent_as)


def _name(key: Key, params: dict[str, Any]) -> str:
    said = jsontext.write([key.client, key.request_id, params])
    return f"sent:{hashlib.sha256(said).hexdigest()[:40]}"


def _run_of(answer: Answer | None) -> str | None:
    if isinstance(answer, GoesOn):
        return answer.run.id
    return answer.run_id if isinstance(answer, Returned | Refused) else None


class Exchanges:
    """Those of one process. It hears of what others are told through the events of them all."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.open: dict[Key, list[Exchange]] = {}
        self._left: Lru[Key, Exchange] = Lru(_KEPT_MAX)
        # Of those who use an id again it is not known which request they mean by it.
        self._used: Lru[Key, bool] = Lru(_USED_MAX)

    @contextmanager
    def opened(self, key: Key, exchange: Exchange) -> Generator[Exchange]:
        """Let it be found by `key` inside the block."""
        exchange.earlier = self._find_left(key, exchange.params)
        if self._used.get(key) is None:
            self._used.put(key, value=True)
            exchange.sent_as = _name(key, exchange.params)
        self.open.setdefault(key, []).append(exchange)
        try:
            yield exchange
        finally:
            others = self.open[key]
            others.remove(exchange)
            if not others:
                del self.open[key]
            exchange.end(None)
            if exchange.is_left:
                exchange.ended_at = time.monotonic()
                self._left.put(key, exchange)

    def cancel(self, key: Key) -> None:
        """End a call. Nothing happens to one that is not known, or has ended."""
        if not self._cancel(key):
            self._events.publish(key.tenant_id, CANCELLED, {"key": list(key)})

    def hear(self, tenant_id: str, kind: str, data: dict[str, Any]) -> None:
        """What another process was told."""
        if kind == CANCELLED and data["key"][0] == tenant_id:
            self._cancel(Key(*data["key"]))

    def _cancel(self, key: Key) -> bool:
        found = self.open.get(key, [])
        waited_for = [one for one in found if not one.is_left] or found
        # Two clients may share a key, and both count from one. Who cannot tell whose call is meant ends neither.
        if len(waited_for) == 1:
            waited_for[0].cancel()
        return bool(found)

    def _find_left(self, key: Key, params: dict[str, Any]) -> Exchange | None:
        for one in self.open.get(key, ()):
            if one.is_left and one.params == params:
                return one
        kept = self._left.get(key) if len(self._left) else None
        is_same = kept is not None and kept.params == params and time.monotonic() - kept.ended_at < _KEPT_S
        return kept if is_same else None
