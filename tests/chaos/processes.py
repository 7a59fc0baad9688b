"""The product's own processes, started as an operator starts them, and killed as no operator would."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

COMMAND = "from api.cli import main; main()"


@dataclass
class Process:
    """`sealwright serve` or `sealwright worker`, and the sandbox workers below it."""

    arguments: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    _said_before: int = field(default=0, init=False)

    def start(self) -> None:
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self._said_before = log.tell()
            self.running = subprocess.Popen(
                [sys.executable, "-c", COMMAND, *self.arguments],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )

    def is_up(self) -> bool:
        """Whether it has said that it serves or works since it was started, and has not ended."""
        if self.running is None or self.running.poll() is not None:
            return False
        with self.log.open("rb") as log:
            log.seek(self._said_before)
            said = log.read()
        return b"] serving " in said or b"] working" in said

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    def children(self) -> list[int]:
        """Every process below this one."""
        found: list[int] = []
        waiting = [self.pid]
        while waiting:
            parent = waiting.pop()
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                try:
                    below = [int(pid) for pid in task.read_text().split()]
                except (OSError, ValueError):
                    continue
                found += below
                waiting += below
        return found

    def kill(self) -> None:
        """kill -9, with no time to say anything."""
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def end(self) -> None:
        """Ask it to stop, as an operator does."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


async def answers(url: str, patience_s: float = 120) -> None:
    """Wait until the server answers."""
    async with httpx2.AsyncClient() as http, asyncio.timeout(patience_s):
        while True:
            try:
                if (await http.get(f"{url}/healthz")).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.1)
