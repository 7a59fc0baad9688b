"""Events and wake-ups between the processes of one installation, by PostgreSQL's NOTIFY.

A unit's announcements leave with its commit (see tenants/base/db.py); what a process tells by itself leaves from here.
Nothing depends on it: whoever misses a wake-up looks again within a second, and watchers are told that they missed
something.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from tenants.base import postgres
from tenants.base.events import Events, Message

log = logging.getLogger(__name__)
CHANNEL = "sealwright"
_PAYLOAD_BYTES_MAX = 7_900  # PostgreSQL takes less than 8,000
_WAITING_MAX = 5_000
_AGAIN_S = 1.0
_SIGN_OF_LIFE_S = 30.0


class Relay:
    """One process's connection to the others: it listens as long as `work` runs, and connects again when it is cut."""

    def __init__(self, url: str, events: Events) -> None:
        self._url = url
        self._events = events
        self._waiting: deque[Message] = deque(maxlen=_WAITING_MAX)
        self._called = asyncio.Event()
        self.listening = asyncio.Event()
        self._is_told = False

    async def work(self) -> None:
        """Go on until cancelled."""
        self._events.relay = self._send
        try:
            while True:
                try:
                    await self._listen()
                except postgres.LOST as error:
                    self._say_lost(error)
                except Exception:
                    log.exception("the connection for events was lost; connecting again")
                self.listening.clear()
                await asyncio.sleep(_AGAIN_S)
        finally:
            self._events.relay = None

    def _say_lost(self, error: Exception) -> None:
        """Once each time: a database that is away is tried every second."""
        if self._is_told:
            return
        self._is_told = True
        log.warning(
            "the connection for events was lost, connecting again: %s", f"{type(error).__name__}: {error}"[:300]
        )

    def _send(self, message: Message) -> None:
        self._waiting.append(message)
        self._called.set()

    async def _listen(self) -> None:
        connection = await postgres.connect(self._url, statement_s=postgres.SMALL_STATEMENT_S)
        try:
            connection.add_termination_listener(self._cut)
            await connection.add_listener(CHANNEL, self._hear)
            self.listening.set()
            self._is_told = False
            # While nobody listened here, anything may have happened.
            self._events.miss()
            while not connection.is_closed():
                await self._pass_on(connection)
        finally:
            connection.terminate()

    async def _pass_on(self, connection: Any) -> None:
        try:
            async with asyncio.timeout(_SIGN_OF_LIFE_S):
                await self._called.wait()
        except TimeoutError:
            await connection.execute("SELECT 1")
        self._called.clear()
        waiting, self._waiting = self._waiting, deque(maxlen=_WAITING_MAX)
        for payload in packed(self._events.name, waiting):
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    def _cut(self, connection: object) -> None:
        del connection
        self._called.set()

    def _hear(self, connection: object, pid: int, channel: str, payload: str) -> None:
        del connection, pid, channel
        said: dict[str, Any] = json.loads(payload)
        if said["from"] == self._events.name:
            return
        for kind, *rest in said["messages"]:
            if kind == "wake":
                self._events.ring(*rest)
            else:
                self._events.hear(*rest)


def packed(name: str, messages: Iterable[Message]) -> Iterator[str]:
    """The messages of the process `name` as payloads, as few as they fit into, in order."""
    room = _PAYLOAD_BYTES_MAX - len(json.dumps({"from": name, "messages": []}))
    texts: list[str] = []
    for message in messages:
        text = _text(message, room)
        if texts and sum(map(len, texts)) + len(texts) + len(text) > room:
            yield _payload(name, texts)
            texts = []
        texts.append(text)
    if texts:
        yield _payload(name, texts)


def _text(message: Message, room: int) -> str:
    """As ASCII, so that characters are bytes. What is too long for any payload is told as missed."""
    text = json.dumps(message, separators=(",", ":"))
    return text if len(text) < room else json.dumps(["event", message[1], "events.missed", {}])


def _payload(name: str, texts: list[str]) -> str:
    return f'{{"from":"{name}","messages":[{",".join(texts)}]}}'
