# ruff: noqa: S608 - statements put together from what is tried
"""SQLite files are kept by processes of their own: what happens there stays there."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.sqlite import Budget, Files, StatementFailed
from sandbox.sqlite import files as kept
from tests.makers import CHECKOUT

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "crm.db"
    with closing(sqlite3.connect(made)) as raw:
        raw.executescript("CREATE TABLE t (id INTEGER PRIMARY KEY, name); INSERT INTO t VALUES (1, 'Ann'), (2, 'Bob');")
    return made


@pytest.fixture
async def files() -> AsyncGenerator[Files]:
    opened = Files(Budget(statement_s=250))
    yield opened
    await opened.close()


async def test_the_server_opens_no_file_itself(files: Files, path: Path) -> None:
    assert await files.query("a", path, "SELECT name FROM t WHERE id = :id", {"id": 1}) == [{"name": "Ann"}]
    assert await files.execute("a", path, "UPDATE t SET name = :n", {"n": "x"}) == 2
    open_here = {os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()}
    assert str(path) not in open_here
    assert len(files.processes) == 2
    for process_id in files.processes:
        status = Path(f"/proc/{process_id}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        assert Path(f"/proc/{process_id}/environ").read_bytes() in {b"LC_CTYPE=C.UTF-8\0", b""}


async def test_a_process_is_kept_for_the_next_statement_and_ended_when_idle(
    files: Files, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.query("a", path, "SELECT 1 AS one", {})
    (first,) = files.processes
    monkeypatch.setattr(kept, "IDLE_S", 0.01)
    await files.query("a", path, "SELECT 1 AS one", {})
    assert files.processes in ([first], [])
    async with asyncio.timeout(120):
        while files.processes:
            await asyncio.sleep(0.01)


async def test_readers_see_what_writers_wrote_with_a_journal_and_with_a_log(files: Files, path: Path) -> None:
    for mode in ("delete", "wal"):
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(f"PRAGMA journal_mode = {mode}")
        before = (await files.query("a", path, "SELECT count(*) AS n FROM t", {}))[0]["n"]
        for more in range(1, 4):
            assert await files.execute("a", path, "INSERT INTO t (name) VALUES (:n)", {"n": mode}) == 1
            assert await files.query("a", path, "SELECT count(*) AS n FROM t", {}) == [{"n": before + more}]
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("SELECT count(*) FROM t").fetchone() == (before + 3,)
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        await files.close()
    assert {one.name for one in path.parent.iterdir()} <= {"crm.db", "crm.db-journal", "crm.db-wal", "crm.db-shm"}


def computed(process_id: int) -> int:
    """What a process has computed, in the kernel's ticks of 10 ms."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize(
    ("writing", "statement", "code"),
    [
        (False, ENDLESS + "SELECT count(*) AS n FROM n", "too_slow"),
        (True, ENDLESS + "INSERT INTO t (name) SELECT i FROM n", "uncertain"),
    ],
)
async def test_a_process_that_ends_takes_only_its_own_statement_along(
    files: Files,
    path: Path,
    writing: bool,  # noqa: FBT001 - a column of the table above
    statement: str,
    code: str,
) -> None:
    asked = files.execute if writing else files.query
    await asked("a", path, "DELETE FROM t WHERE 0" if writing else "SELECT 1 AS one", {})
    (victim,) = files.processes
    before = computed(victim)
    running = asyncio.ensure_future(asked("a", path, statement, {}))
    async with asyncio.timeout(120):
        while computed(victim) < before + 5:  # it is at the statement, not on its way to it
            await asyncio.sleep(0.01)
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(StatementFailed) as failed:
        await running
    assert failed.value.fault.code == code
    # What a writer had begun is undone by the next one.
    assert await files.execute("a", path, "UPDATE t SET name = name", {}) == 2
    assert await files.query("a", path, "SELECT count(*) AS n FROM t", {}) == [{"n": 2}]


async def test_statements_of_many_go_on_at_once_and_a_caller_who_leaves_ends_theirs(files: Files, path: Path) -> None:
    slow = [
        asyncio.ensure_future(files.query("a", path, ENDLESS + "SELECT count(*) AS n FROM n", {})) for _ in range(9)
    ]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(120):
        assert await files.query("b", path, "SELECT 1 AS one", {}) == [{"one": 1}]
    for one in slow:
        one.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert len(files.processes) <= 1


@pytest.mark.parametrize(
    "content", [b"", b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 2_000, b"\0" * 100_000]
)
async def test_a_file_that_is_no_database_is_an_error_and_no_more(files: Files, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StatementFailed):
        await files.query("a", path, "SELECT name FROM t", {})


@pytest.mark.parametrize("seed", range(8))
async def test_a_damaged_file_damages_nothing_else(files: Files, path: Path, seed: int) -> None:
    content = bytearray(path.read_bytes())
    for step in range(200):
        at = (seed * 7_919 + step * 104_729) % len(content)
        content[at if at > 100 else at + 100] ^= (seed * 31 + step * 17) % 255 + 1
    path.write_bytes(content)
    for statement in (
        "SELECT * FROM t",
        "SELECT name, sql FROM sqlite_master",
        "SELECT count(*) AS n FROM t ORDER BY name",
    ):
        try:
            await files.query("a", path, statement, {})
        except StatementFailed as failed:
            assert failed.fault.code in {"sql_error", "unavailable", "too_slow", "too_large"}  # noqa: PT017 - or it can be read
    await files.close()


def test_behind_its_walls_a_process_has_its_own_files_alone(path: Path) -> None:
    other = path.parent / "other.db"
    other.write_text("theirs")
    script = f"""
import json, os, socket, sys
sys.path.insert(0, {str(CHECKOUT)!r})
from pathlib import Path
from sandbox.process import hardening
walls = hardening.confine_to_files([], [Path({str(path)!r})], os.getuid(), 1 << 33)
def attempt(do):
    try:
        do()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "done"
tried = {{
    "own": attempt(lambda: open({str(path)!r}, "r+b").read(1)),
    "other": attempt(lambda: open({str(other)!r}).read()),
    "new": attempt(lambda: open({str(path.parent / "new")!r}, "w")),
    "passwd": attempt(lambda: open("/etc/passwd").read()),
    "socket": attempt(socket.socket),
    "program": attempt(lambda: os.execv("/bin/true", ["true"])),
    "process": attempt(os.fork),
    "removed": attempt(lambda: os.unlink({str(path)!r})),
    "signal": attempt(lambda: os.kill(os.getppid(), 0)),
    "listed": attempt(lambda: os.listdir("/")),
}}
print(json.dumps([walls, tried]))
"""
    said = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=True, timeout=60, env={})
    walls, tried = json.loads(said.stdout)
    if not walls["landlock"].startswith("active") or not walls["seccomp"].startswith("active"):
        pytest.skip("this system grants no such walls")
    assert tried.pop("own") == "done"
    assert set(tried.values()) == {"PermissionError"}
