"""What runs in containers does there what it is for: real processes, a real PostgreSQL, scripts as they are shipped."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sandbox import Image
from tenants.base.db import Database, now
from tenants.models import Run, RunStatus
from tenants.runs import waiting_work
from tenants.runs.waiting_work import Waiting
from tests.makers import CHECKOUT
from tests.test_demo import SEALWRIGHT, environment

_DRIVER: Any = asyncpg  # it has no types
SHIPPED = CHECKOUT / "terraform" / "image" / "sealwright"


def health_check() -> list[str]:
    """The command of the image's HEALTHCHECK."""
    found = re.search(r"HEALTHCHECK.*?CMD (\[.*?\])\n", (CHECKOUT / "Dockerfile").read_text(), re.DOTALL)
    assert found is not None
    command: list[str] = json.loads(found[1])
    return command


def is_healthy(pulse: Path) -> bool:
    given = {"PATH": os.environ["PATH"], "SEALWRIGHT_PULSE_FILE": str(pulse)}
    return subprocess.run(health_check(), env=given, check=False).returncode == 0


async def until_said(stream: asyncio.StreamReader, event: str) -> dict[str, Any]:
    async with asyncio.timeout(240):
        async for line in stream:
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said
    raise AssertionError(event)


async def test_a_worker_is_healthy_while_it_lives_and_told_ill_when_it_stands_still(
    image: Image, tmp_path: Path
) -> None:
    del image
    pulse = tmp_path / "pulse"
    assert not is_healthy(pulse)
    given = {"SEALWRIGHT_PULSE_FILE": str(pulse), "SEALWRIGHT_LOG_JSON": "true", "SEALWRIGHT_SANDBOX_WORKERS": "1"}
    process = await asyncio.create_subprocess_exec(
        *SEALWRIGHT, "worker", env=environment(tmp_path) | given, cwd=CHECKOUT, stderr=PIPE
    )
    try:
        assert process.stderr is not None
        waiting = await until_said(process.stderr, "waiting")
        assert (waiting["runs"], waiting["versions"], waiting["oldest_s"]) == (0, 0, 0)
        async with asyncio.timeout(60):
            while not pulse.exists():
                await asyncio.sleep(0.05)
        assert is_healthy(pulse)
        process.send_signal(signal.SIGSTOP)
        # As half a minute later.
        then = pulse.stat().st_mtime - 31
        os.utime(pulse, (then, then))
        assert not is_healthy(pulse)
        process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(60):
            while not is_healthy(pulse):
                await asyncio.sleep(0.1)
    finally:
        process.kill()
        await process.communicate()


def shipped(tmp_path: Path) -> tuple[Path, Path, dict[str, str]]:
    """A folder of images as it is in the container, one that is written, and what the script is given."""
    inside, here = tmp_path / "shipped", tmp_path / "data" / "images"
    (inside / "abc" / "native-1").mkdir(parents=True)
    (inside / "abc" / "template.wasm").write_bytes(b"wasm")
    (inside / "abc" / "native-1" / "template").write_bytes(b"native")
    (inside / "abc.lock").touch()
    said = tmp_path / "bin"
    said.mkdir()
    (said / "python").write_text('#!/bin/sh\nshift 2\necho "$@"\n')
    (said / "python").chmod(0o755)
    path = f"{said}:{os.environ['PATH']}"
    return inside, here, {"PATH": path, "SHIPPED_IMAGES": str(inside), "SEALWRIGHT_IMAGES_DIR": str(here)}


@pytest.mark.parametrize("command", ["serve", "worker", "tool check folder", "export name --tenant acme"])
def test_the_shipped_image_is_put_where_it_may_be_written(tmp_path: Path, command: str) -> None:
    inside, here, given = shipped(tmp_path)
    done = subprocess.run([SHIPPED, *command.split()], env=given, capture_output=True, text=True, check=True)
    assert done.stdout.split() == command.split()
    names = {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}
    assert names == {"abc/template.wasm", "abc/native-1/template"}
    assert [path.name for path in here.rglob("*") if path.stat().st_mode & 0o077] == []
    # What was there before is left as it is, and nothing half done beside it.
    (here / "abc" / "template.wasm").write_bytes(b"compiled here")
    (inside / "def").mkdir()
    subprocess.run([SHIPPED, *command.split()], env=given, capture_output=True, check=True)
    assert (here / "abc" / "template.wasm").read_bytes() == b"compiled here"
    assert {path.name for path in here.iterdir()} == {"abc", "def"}


@pytest.mark.parametrize("command", ["migrate --check", "doctor", "keys new", "--help"])
def test_commands_that_run_no_tool_copy_nothing(tmp_path: Path, command: str) -> None:
    _, here, given = shipped(tmp_path)
    done = subprocess.run([SHIPPED, *command.split()], env=given, capture_output=True, text=True, check=True)
    assert (done.stdout.split(), here.exists()) == (command.split(), False)


def test_two_that_start_at_once_on_one_volume_leave_one_whole_image(tmp_path: Path) -> None:
    inside, here, given = shipped(tmp_path)
    (inside / "abc" / "memory").write_bytes(bytes(8 << 20))
    both = [subprocess.Popen([SHIPPED, "serve"], env=given, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [one.wait(120) for one in both] == [0, 0, 0, 0]
    assert {path.name for path in here.iterdir()} == {"abc"}
    assert {path.name for path in (here / "abc").iterdir()} == {"template.wasm", "native-1", "memory"}


async def test_the_serving_role_is_made_once_and_then_given_its_new_password(postgres: str) -> None:
    url = postgres.replace("+asyncpg", "").replace("//app@", "//postgres@")
    owner = await _DRIVER.connect(url)
    try:
        digests: list[str] = []
        for password in ("first", "with ' and \\ in it"):
            given = {"SEALWRIGHT_DATABASE_URL": url, "SERVING_ROLE": 'serves "us"', "SERVING_PASSWORD": password}
            script = (CHECKOUT / "terraform" / "aws" / "serving_role.py").read_text()
            done = subprocess.run(
                [sys.executable, "-c", script], env=given, capture_output=True, text=True, check=False
            )
            assert done.stderr == ""
            row = await owner.fetchrow("SELECT * FROM pg_authid WHERE rolname = $1", given["SERVING_ROLE"])
            rights = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolbypassrls", "rolreplication", "rolcanlogin")
            assert [row[name] for name in rights] == [False] * 5 + [True]
            digests.append(row["rolpassword"])
        assert digests[0] != digests[1]
    finally:
        await owner.execute('DROP ROLE IF EXISTS "serves ""us"""')
        await owner.close()


async def test_what_waits_is_counted_over_all_tenants_with_the_age_of_the_oldest(database: Database) -> None:
    assert await waiting_work.measure(database) == Waiting(0, 0, 0.0)
    for tenant, seconds, status in [
        ("tn_a", 90, RunStatus.QUEUED),
        ("tn_b", 30, RunStatus.QUEUED),
        ("tn_b", 500, RunStatus.RUNNING),
        ("tn_b", 900, RunStatus.SUSPENDED),
    ]:
        async with database.unit(tenant) as session:
            session.add(
                Run(
                    tenant_id=tenant, tool_id="t", tool_name="t", version_id="v", version_number=1, digest="d",
                    component_digest="c", principal="p", caller={}, arguments="{}", arguments_hash="h", seed="00",
                    started_at_ns=0, status=status, created_at=now() - timedelta(seconds=seconds),
                )
            )  # fmt: skip
    found = await waiting_work.measure(database)
    assert (found.runs, found.versions) == (2, 0)
    assert 90 <= found.oldest_s < 120
