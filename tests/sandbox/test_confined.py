"""Confined processes: what goes wrong in one is an answer, what it must not reach it does not, and nothing is left."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Answered, Bounds, Confinement, Errands, Overrun, Pool, SandboxBroken
from tests.sandbox.confined_jobs import REACHES

BOUNDS = Bounds(wall_ms=20_000, cpu_s=2, memory_bytes=256 << 20, answer_bytes=1 << 20)
JOBS = "tests.sandbox.confined_jobs"


@pytest.fixture(scope="module")
async def confinement() -> AsyncGenerator[Confinement]:
    opened = Confinement(JOBS)
    yield opened
    await opened.close()


async def done(confinement: Confinement, job: str, payload: Any = None, bounds: Bounds = BOUNDS) -> Any:
    answer = await confinement.call(job, json.dumps(payload).encode(), bounds, tenant="acme")
    return answer if isinstance(answer, Overrun) else json.loads(answer.value)


async def test_a_job_answers(confinement: Confinement) -> None:
    assert await done(confinement, "echo", {"a": [1, "é", None]}) == {"a": [1, "é", None]}


async def test_a_payload_may_be_large(confinement: Confinement) -> None:
    payload = "x" * 900_000
    assert await done(confinement, "echo", payload) == payload


async def test_nothing_of_one_job_is_there_for_the_next(confinement: Confinement) -> None:
    assert [await done(confinement, "remember", n) for n in range(5)] == [0] * 5


@pytest.mark.parametrize(
    ("job", "payload"),
    [
        ("loop", None),
        ("power", None),
        ("allocate", None),
        ("map_memory", None),
        ("double", None),
        ("answer_much", None),
        ("recurse", None),
        ("nest", None),
        ("crash", None),
        ("abort", None),
        ("leave", 0),
        ("leave", 1),
    ],
)
async def test_what_goes_wrong_in_a_job_is_an_answer_and_the_next_one_is_done(
    confinement: Confinement, job: str, payload: Any
) -> None:
    await confinement.start()
    server = confinement.process_id
    answer = await done(confinement, job, payload)
    assert isinstance(answer, Overrun)
    assert answer.why
    assert await done(confinement, "echo", 1) == 1
    assert confinement.process_id == server


async def test_a_job_that_waits_ends_with_its_time(confinement: Confinement) -> None:
    bounds = Bounds(wall_ms=300, cpu_s=2, memory_bytes=256 << 20, answer_bytes=1 << 20)
    answer = await done(confinement, "sleep", bounds=bounds)
    assert answer == Overrun("it takes too long")


async def test_a_defect_of_ours_is_told_as_one(confinement: Confinement) -> None:
    with pytest.raises(SandboxBroken, match="ValueError: by name"):
        await done(confinement, "fail", "by name")


async def test_whoever_goes_away_takes_the_job_along(confinement: Confinement) -> None:
    waiting = [asyncio.create_task(done(confinement, "loop")) for _ in range(40)]
    done_soon, _ = await asyncio.wait(waiting, timeout=0.2)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not done_soon
    assert await done(confinement, "echo", 1) == 1


async def test_one_tenants_endless_jobs_leave_places_to_another(confinement: Confinement) -> None:
    waiting = [asyncio.create_task(done(confinement, "sleep")) for _ in range(40)]
    await asyncio.wait(waiting, timeout=0.1)
    answer = await confinement.call("echo", b"1", BOUNDS, tenant="bolt")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert answer == Answered(b"1")


async def test_a_lost_fork_server_is_started_again() -> None:
    confinement = Confinement(JOBS)
    try:
        assert await done(confinement, "echo", 1) == 1
        first = confinement.process_id
        assert first is not None
        under_way = asyncio.create_task(done(confinement, "sleep"))
        await asyncio.wait([under_way], timeout=0.1)
        os.kill(first, signal.SIGKILL)
        assert isinstance(await under_way, Overrun)
        assert await done(confinement, "echo", 2) == 2
        assert confinement.process_id != first
    finally:
        await confinement.close()


@pytest.mark.parametrize("what", REACHES)
async def test_a_confined_process_reaches_nothing(confinement: Confinement, what: str, tmp_path: Path) -> None:
    walls = (await confinement.start()).walls
    if not all(walls[name].startswith("active") for name in ("landlock", "seccomp")):
        pytest.skip(f"this system grants too little: {walls}")
    theirs = tmp_path / "theirs.db"
    theirs.write_text("secret")
    theirs.chmod(0o666)
    tmp_path.chmod(0o777)
    assert await done(confinement, "reach", {"what": what, "path": str(theirs)}) is False
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]
    assert theirs.read_text() == "secret"


async def test_a_confined_process_is_given_its_socket_and_nothing_else(confinement: Confinement) -> None:
    # Standard streams, the socket, and what an event loop wakes itself with.
    assert len(await done(confinement, "descriptors")) <= 7
    assert set(await done(confinement, "environment")) <= {"LC_CTYPE"}


async def test_what_confined_processes_import_knows_no_database_web_or_settings() -> None:
    confinement = Confinement("tests.sandbox.confined_jobs_of_ours")
    foreign = ["sqlalchemy", "fastapi", "starlette", "anthropic", "authlib", "pydantic_settings", "httpx2"]
    ours = ["tenants.base.db", "tenants.stores.vault", "tenants.models", "tenants.runtime", "api", "api.settings"]
    try:
        assert await done(confinement, "loaded", ["tenants.confined.jobs", *foreign, *ours]) == [
            "tenants.confined.jobs"
        ]
    finally:
        await confinement.close()


@pytest.mark.parametrize(
    "said",
    [
        "a component of somebody else",
        "limits above the ceiling",
        "no memory limit",
        "negative limits",
        "a short seed",
        "an event that is none",
        "the same number twice",
        "too much at once",
        "no message",
        "a message without an end",
    ],
)
async def test_a_process_that_was_taken_over_gets_nothing_by_what_it_says(
    confinement: Confinement, pool: Pool, said: str
) -> None:
    async def lint(source: str) -> str:
        return source

    errands = Errands(pool, lambda _event: False, lint)
    bounds = Bounds(wall_ms=5_000, cpu_s=2, memory_bytes=256 << 20, answer_bytes=1 << 20)
    payload = json.dumps(said).encode()
    answer = await confinement.call("say_forged", payload, bounds, tenant="acme", errands=errands)
    # It hears that it is not served (and then answers nothing of use), or is ended.
    assert isinstance(answer, Overrun) or answer.value == b"null"
    assert errands.components == {}
    assert await done(confinement, "echo", 1) == 1


async def test_a_reply_that_comes_late_is_let_go(confinement: Confinement, pool: Pool) -> None:
    errands = Errands(pool, lambda _event: True)
    payload = json.dumps("replies nobody asked for").encode()
    answer = await confinement.call("say_forged", payload, BOUNDS, tenant="acme", errands=errands)
    assert answer == Answered(b"null")


@pytest.mark.parametrize("said", ["a component of somebody else", "an event that is none"])
async def test_a_job_without_errands_has_none_run(confinement: Confinement, said: str) -> None:
    assert isinstance(await done(confinement, "say_forged", said), Overrun)
