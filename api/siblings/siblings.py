"""A serving process's line to its parent and its siblings: connections come in, and all hear of each other.

On PostgreSQL events go by its NOTIFY, to other machines too (tenants/base/relay.py); on SQLite they go this way.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from socket import socket

from api.siblings.children import STATE
from api.siblings.lines import FRAME_BYTES_MAX, Kind, Line
from tenants.base.events import Events, Message
from tenants.base.relay import packed

_ANSWER_S = 4.0
_PART_BYTES = FRAME_BYTES_MAX - 1_000
_STATE_EVERY_S = 1.0
_FLUSH_S = 0.02
# What a question is answered with: `question` -> some bytes.
Answers = Callable[[str], Awaitable[bytes]]


class _Asked:
    """One question to all siblings, and what has come of their answers."""

    def __init__(self, others: set[int]) -> None:
        self.waited_for = set(others)
        self.told: dict[int, bytes] = {}
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settle()

    def hear(self, number: int, part: bytes, *, is_last: bool) -> None:
        self.told[number] = self.told.get(number, b"") + part
        if is_last:
            self.waited_for.discard(number)
            self._settle()

    def _settle(self) -> None:
        if not self.waited_for and not self.done.done():
            self.done.set_result(None)


class Siblings:
    """`ended` is called when the parent is gone: then this process ends, too."""

    def __init__(self, line: Line, ended: Callable[[], None]) -> None:
        self._line, self._ended = line, ended
        self._events: Events | None = None
        self._answers: Answers | None = None
        self._take: dict[Kind, Callable[[socket], Awaitable[None]]] = {}
        self._asked: dict[str, _Asked] = {}
        self._others: set[int] = set()
        self._received, self._told_state, self._told_at = 0, b"", 0.0
        self._is_flushing = self._is_leaving = False
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def number(self) -> int:
        return self._line.number

    def begin(self, take: Callable[[socket], Awaitable[None]], probe: Callable[[socket], Awaitable[None]]) -> None:
        """From now on connections come: to answer, and of those who watch."""
        self._take = {Kind.CONNECTION: take, Kind.PROBE: probe}
        asyncio.get_running_loop().add_reader(self._line.fileno(), self._hear)
        self._post(Kind.READY)

    def relay(self, events: Events) -> None:
        """Pass on what is told here, and hear what the others tell."""
        self._events = events
        events.relay = self._tell

    def answer_with(self, answers: Answers) -> None:
        self._answers = answers

    def tell_state(self, connections: int) -> None:
        """Call it often: it is told when it has changed, and every second as a sign of life."""
        state, moment = STATE.pack(connections, self._received), time.monotonic()
        if state != self._told_state or moment - self._told_at >= _STATE_EVERY_S:
            self._told_state, self._told_at = state, moment
            self._post(Kind.STATE, state)

    def leave(self) -> None:
        """No more connections."""
        self._is_leaving = True
        self._post(Kind.LEAVING)

    async def ask(self, question: str) -> tuple[dict[int, bytes], set[int]]:
        """What each of the others answers, by its number; and those that said nothing in time."""
        name = secrets.token_hex(6)
        asked = self._asked[name] = _Asked(self._others)
        self._post(Kind.QUESTION, json.dumps([name, question]).encode())
        try:
            await asyncio.wait({asked.done}, timeout=_ANSWER_S)
        finally:
            del self._asked[name]
        return {number: told for number, told in asked.told.items() if number not in asked.waited_for}, asked.waited_for

    def _tell(self, message: Message) -> None:
        for payload in packed("", [message]):
            self._post(Kind.MESSAGES, payload.encode())

    def _post(self, kind: Kind, body: bytes = b"") -> None:
        self._line.post(kind, body)
        if self._line.is_behind and not self._is_flushing:
            self._is_flushing = True
            asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)

    def _flush(self) -> None:
        self._line.flush()
        self._is_flushing = self._line.is_behind
        if self._is_flushing:
            asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)

    def _hear(self) -> None:
        while True:
            try:
                said = self._line.receive()
            except EOFError:
                asyncio.get_running_loop().remove_reader(self._line.fileno())
                self._ended()
                return
            if said is None:
                return
            kind, body, connection = said
            if connection is not None:
                self._receive(kind, connection)
            else:
                self._heed(kind, body)

    def _receive(self, kind: Kind, connection: socket) -> None:
        self._received += kind is Kind.CONNECTION
        if self._is_leaving:
            connection.close()
            return
        self._spawn(self._take[kind](connection))

    def _heed(self, kind: Kind, body: bytes) -> None:
        if kind is Kind.UP:
            self._others = set(json.loads(body)) - {self.number}
            for asked in self._asked.values():
                for gone in asked.waited_for - self._others:
                    asked.hear(gone, b"", is_last=True)
        elif kind is Kind.QUESTION:
            self._spawn(self._answer(*json.loads(body)))
        elif kind is Kind.ANSWER:
            head, _, part = body.partition(b"\n")
            name, number, is_last = json.loads(head)
            if name in self._asked:
                self._asked[name].hear(number, part, is_last=is_last)
        elif self._events is not None:
            self._pass_on(self._events, kind, body)

    def _pass_on(self, events: Events, kind: Kind, body: bytes) -> None:
        if kind is Kind.MISSED:
            events.miss()
            return
        for said, *rest in json.loads(body)["messages"]:
            if said == "wake":
                events.ring(*rest)
            else:
                events.hear(*rest)

    async def _answer(self, name: str, question: str) -> None:
        told = await self._answers(question) if self._answers is not None else b""
        for start in range(0, len(told) or 1, _PART_BYTES):
            is_last = start + _PART_BYTES >= len(told)
            head = json.dumps([name, self.number, is_last]).encode()
            self._post(Kind.ANSWER, head + b"\n" + told[start : start + _PART_BYTES])

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
