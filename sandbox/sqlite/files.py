"""SQLite files, each kept open by a process of its own: the parent's end, that believes its children little."""

import asyncio
import json
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from sandbox.contract.outcomes import Fault
from sandbox.process import interpreters
from sandbox.process.fair_shares import Shares
from sandbox.sqlite.databases import Budget, StatementFailed
from sandbox.sqlite.serving import HEADER

IDLE_S = 60.0
_AT_ONCE = 12  # statements, of all tenants
_PROCESSES_MAX = 24
_START_S = 30.0
_GRACE_S = 7.0  # beyond the statement's own time: a lock is waited for, an answer is written
_KEEPER = "sandbox.sqlite.serving"
_SPREAD = 8  # JSON in JSON, and what weighs a row takes no names of columns twice
_Key = tuple[Path, bool]


class _Said(msgspec.Struct):
    """What a child says. One that was taken over can say no more than this."""

    rows: list[dict[str, str | int | float | bool | None]] | None = None
    changed: int | None = None
    fault: dict[str, Any] | None = None
    walls: dict[str, str] | None = None


class Files:
    """Answers statements on files. A process is kept for the next statement on its file, and ended when idle."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._places = Shares(_AT_ONCE)
        self._idle: dict[_Key, list[_Process]] = {}
        self._all: set[_Process] = set()

    @property
    def processes(self) -> list[int]:
        """The ids of the processes there are now."""
        return [one.process_id for one in self._all]

    async def query(
        self, share: str, path: Path, statement: str, parameters: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises StatementFailed."""
        said = await self._asked(share, (path, False), statement, parameters)
        if said.rows is None:
            raise _lost(writing=False)
        return said.rows

    async def execute(self, share: str, path: Path, statement: str, parameters: Mapping[str, Any]) -> int:
        """Raises StatementFailed."""
        said = await self._asked(share, (path, True), statement, parameters)
        if said.changed is None:
            raise _lost(writing=True)
        return said.changed

    async def close(self) -> None:
        for one in list(self._all):
            await self._end(one)

    async def _asked(self, share: str, key: _Key, statement: str, parameters: Mapping[str, Any]) -> _Said:
        async with self._places.place(share):
            process = await self._process(key)
            operation = "execute" if key[1] else "query"
            try:
                said = await process.ask(
                    {"operation": operation, "statement": statement, "parameters": dict(parameters)},
                    self._budget.statement_s + _GRACE_S,
                )
            except BaseException as error:
                await self._end(process)
                if isinstance(error, TimeoutError | OSError | EOFError | ValueError):
                    raise _lost(writing=key[1]) from error
                raise
            self._keep(key, process)
        if said.fault is not None:
            raise StatementFailed(_fault(said.fault))
        return said

    async def _process(self, key: _Key) -> "_Process":
        idle = self._idle.get(key, [])
        while idle:
            process = idle.pop()
            process.rest()
            if process.is_there:
                return process
            await self._end(process)
        while len(self._all) >= _PROCESSES_MAX and (
            resting := next((one for some in self._idle.values() for one in some), None)
        ):
            await self._end(resting)
        process = await _Process.start(key, self._budget)
        self._all.add(process)
        return process

    def _keep(self, key: _Key, process: "_Process") -> None:
        self._idle.setdefault(key, []).append(process)
        process.rest(lambda: asyncio.ensure_future(self._end(process)))

    async def _end(self, process: "_Process") -> None:
        self._all.discard(process)
        for key, some in list(self._idle.items()):
            if process in some:
                some.remove(process)
            if not some:
                del self._idle[key]
        await process.end()


class _Process:
    def __init__(
        self,
        running: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most_bytes: int,
    ) -> None:
        self._running, self._reader, self._writer, self._most_bytes = running, reader, writer, most_bytes
        self._resting: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, key: _Key, budget: Budget) -> "_Process":
        """Raises StatementFailed."""
        ours, theirs = socket.socketpair()
        told = {"socket": theirs.fileno(), "path": str(key[0]), "writing": key[1], "budget": asdict(budget)}
        with theirs:
            running = await asyncio.to_thread(interpreters.start, _KEEPER, told, theirs.fileno(), own_session=True)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        process = cls(running, reader, writer, budget.bytes * _SPREAD + (1 << 16))
        try:
            async with asyncio.timeout(_START_S):
                said = await process.heard()
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            await process.end()
            raise _lost(writing=False) from error
        except BaseException:
            await process.end()
            raise
        if said.fault is not None:
            await process.end()
            raise StatementFailed(_fault(said.fault))
        return process

    @property
    def process_id(self) -> int:
        return self._running.pid

    @property
    def is_there(self) -> bool:
        return self._running.poll() is None

    async def ask(self, asked: Mapping[str, Any], patience_s: float) -> _Said:
        """Raises TimeoutError, OSError, EOFError, ValueError: then nobody knows what it is at."""
        text = json.dumps(asked, allow_nan=False).encode()
        async with asyncio.timeout(patience_s):
            self._writer.write(HEADER.pack(len(text)) + text)
            await self._writer.drain()
            return await self.heard()

    async def heard(self) -> _Said:
        size = HEADER.unpack(await self._reader.readexactly(HEADER.size))[0]
        if size > self._most_bytes:
            raise ValueError("the answer is too large")
        return msgspec.json.decode(await self._reader.readexactly(size), type=_Said)

    def rest(self, until: Any = None) -> None:
        """Be idle, and call `until` when that has lasted; without it, be idle no more."""
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(IDLE_S, until) if until is not None else None

    async def end(self) -> None:
        self.rest()
        self._writer.close()
        if self._running.poll() is None:
            self._running.kill()
        await asyncio.to_thread(self._running.wait)


def _fault(said: Mapping[str, Any]) -> Fault:
    return msgspec.convert(dict(said), Fault)


def _lost(*, writing: bool) -> StatementFailed:
    if writing:
        message = "The process that kept the database ended: nobody knows whether the statement took effect."
        return StatementFailed(Fault("uncertain", message, "Look before you repeat it.", {"retryable": False}))
    message = "The statement took more than one may, and the process that ran it was ended."
    return StatementFailed(Fault("too_slow", message, "Narrow it, or have an index made."))
