"""What has just happened, for whoever is watching: dashboards by tenant, and the queues' workers.

In memory, and with PostgreSQL also from process to process (tenants/base/relay.py): a watcher that misses an event
reads the database again, so nothing depends on it.
"""

import asyncio
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self

_BACKLOG = 1_000
# Of all tenants together: enough for a stream that is opened again within moments.
_KEPT = 2_000
_NUMBER_DIGITS_MAX = 18
# ("event", tenant, kind, data) or ("wake", queue).
Message = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` such as `version.moved` or `run.finished`; `data` is JSON for the dashboard.

    `id`: the process that tells it and its number there, for whoever wants to go on from it.
    """

    kind: str
    data: dict[str, Any]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = ""


def about(key: str, value: object) -> Callable[[Event], bool]:
    """Whether an event speaks of this run, this tool, ..."""
    return lambda event: event.data.get(key) == value


class Subscription(AsyncIterator[Event]):
    """The events of one tenant from now on. A watcher that lags a thousand behind gets `events.missed` instead.

    Use it with `with`, or `close` it.
    """

    def __init__(self, watchers: "set[Subscription]") -> None:
        self._watchers = watchers
        self._waiting: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._ended = False
        watchers.add(self)

    def offer(self, event: Event) -> None:
        if len(self._waiting) >= _BACKLOG:
            self._waiting.clear()
            event = Event("events.missed", {}, id=event.id)
        self._waiting.append(event)
        self._arrived.set()

    def end(self) -> None:
        """Nothing comes any more: the watcher's loop ends."""
        self._ended = True
        self._arrived.set()

    async def __anext__(self) -> Event:
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    async def until(self, wanted: Callable[[Event], bool], look_every_s: float) -> Event | None:
        """The next event that is wanted, or None when it is time to look: another process may have done it.

        Raises StopAsyncIteration when nothing comes any more, since this process ends.
        """
        try:
            async with asyncio.timeout(look_every_s):
                while not wanted(event := await anext(self)):
                    pass
                return event
        except TimeoutError:
            return None

    def close(self) -> None:
        self._watchers.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        self.close()


class Events:
    """One for each process; it hangs on its Database, so that a unit can announce what it has committed.

    relay: tells other processes too; None where there are none. name: whose events these are, among them.
    """

    def __init__(self) -> None:
        self._overhearing: list[Callable[[str, str, dict[str, Any]], None]] = []
        self.name = secrets.token_hex(6)
        self.relay: Callable[[Message], None] | None = None
        self._watchers: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._count = 0
        self._kept: deque[tuple[str, Event]] = deque(maxlen=_KEPT)
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def publish(self, tenant_id: str, kind: str, data: dict[str, Any]) -> None:
        """Tell those who watch this tenant. Costs next to nothing when nobody does."""
        self.hear(tenant_id, kind, data)
        if self.relay is not None:
            self.relay(("event", tenant_id, kind, data))

    def hear(self, tenant_id: str, kind: str, data: dict[str, Any]) -> None:
        """Tell those who watch this tenant in this process."""
        self._count += 1
        event = Event(kind, data, id=self.place)
        self._kept.append((tenant_id, event))
        for watcher in tuple(self._watchers.get(tenant_id, ())):
            watcher.offer(event)
        for overhear in self._overhearing:
            overhear(tenant_id, kind, data)

    @contextmanager
    def overheard(self, overhear: Callable[[str, str, dict[str, Any]], None]) -> Generator[None]:
        """Have `overhear` called with the tenant, kind and data of all that is told, in any process."""
        self._overhearing.append(overhear)
        try:
            yield
        finally:
            self._overhearing.remove(overhear)

    @property
    def place(self) -> str:
        """The id of what was told last: whoever goes on from it misses nothing."""
        return f"{self.name}-{self._count}"

    def miss(self) -> None:
        """Say that anything may have happened: watchers read again, and workers look for work."""
        # Nobody goes on from before it.
        self._kept.clear()
        self._count += 1
        for tenant_id in tuple(self._watchers):
            self.hear(tenant_id, "events.missed", {})
        for queue in tuple(self._bells):
            self.ring(queue)

    def subscribe(self, tenant_id: str, after: str | None = None) -> Subscription:
        """Watch a tenant from now on, or from after the event of that id."""
        subscription = Subscription(self._watchers[tenant_id])
        for event in [] if after is None else self._told_after(tenant_id, after):
            subscription.offer(event)
        return subscription

    def _told_after(self, tenant_id: str, after: str) -> list[Event]:
        """What this process has told since; that something was missed, when it cannot know."""
        name, _, digits = after.rpartition("-")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _NUMBER_DIGITS_MAX
        oldest = self._count - len(self._kept)
        if name != self.name or not is_number or not oldest <= int(digits) <= self._count:
            return [Event("events.missed", {}, id=self.place)]
        since = islice(self._kept, int(digits) - oldest, None)
        return [event for owner, event in since if owner == tenant_id]

    def end(self) -> None:
        """End every watcher's loop: this process stops, and open streams would keep it from doing so."""
        for watchers in tuple(self._watchers.values()):
            for watcher in tuple(watchers):
                watcher.end()

    def wake(self, queue: str) -> None:
        """Say that there is work in `queue`."""
        self.ring(queue)
        if self.relay is not None:
            self.relay(("wake", queue))

    def ring(self, queue: str) -> None:
        """Wake those who work on `queue` in this process."""
        self._bells[queue].set()

    async def sleep(self, queue: str, seconds: float) -> None:
        """Wait until somebody wakes `queue`, at most `seconds`. Look for work after it, never before."""
        bell = self._bells[queue]
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            pass
        finally:
            bell.clear()
