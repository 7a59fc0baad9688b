"""The commands as a person starts them: real processes, killed the hard way, started again."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from api.demo import story
from sandbox import Image
from tenants.base.errors import ConflictError
from tests.makers import CHECKOUT, make_source, make_spec, served, unused_port

# Six tools go through every gate meanwhile, and others may use the machine: what is waited for comes, or never does.
PATIENCE_S = 400
pytestmark = pytest.mark.timeout(1_200)

SEALWRIGHT = (sys.executable, "-c", "from api.cli import main; main()")


def environment(folder: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    images = str(CHECKOUT / ".data" / "images")
    return {**kept, "PYTHONPATH": str(CHECKOUT), "SEALWRIGHT_DATA_DIR": str(folder), "SEALWRIGHT_IMAGES_DIR": images}


@asynccontextmanager
async def started(folder: Path, *arguments: str) -> AsyncGenerator[Process]:
    process = await asyncio.create_subprocess_exec(
        *SEALWRIGHT, *arguments, env=environment(folder), cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()


async def demo_access(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = await process.stdout.readline()
    assert line, (await process.communicate())[1].decode()
    return json.loads(line)


async def sent(client: httpx2.AsyncClient, run_url: str) -> int:
    """How many mails a run says that it has sent."""
    return (await client.get(run_url)).json()["result"]["sent"]


async def test_the_demo_prints_a_way_in_and_goes_on_after_a_kill(image: Image, tmp_path: Path) -> None:
    del image
    port = str(unused_port())
    async with started(tmp_path, "demo", "--json", "--port", port) as process:
        access = await demo_access(process)
        assert set(access) == {"base_url", "mcp_url", "api_key", "email", "password", "tenant"}
        api = f"{access['base_url']}/api/v1/tenants/{access['tenant']}"
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {access['api_key']}"}) as client:
            runs = (await client.get(f"{api}/runs?tool=campaign_send_bulk")).json()["items"]
            assert [await sent(client, f"{api}/runs/{run['id']}") for run in runs] == [0, 190]
        process.send_signal(signal.SIGKILL)
        await process.wait()
    # As if it had been killed while its mailbox wrote.
    mails = tmp_path / "demo" / "mail"
    newest = max(mails.glob("*.eml"))
    (mails / "99999999.eml").write_bytes(newest.read_bytes()[:30])
    (mails / "99999999.part").write_bytes(b"")

    async with started(tmp_path, "demo", "--json", "--port", port) as process:
        again = await demo_access(process)
        assert again == access
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {access['api_key']}"}) as client:
            kept = (await client.get(f"{api}/runs?tool=campaign_send_bulk")).json()["items"]
            assert {run["id"] for run in runs} < {run["id"] for run in kept}
            assert [await sent(client, f"{api}/runs/{run['id']}") for run in kept[:2]] == [0, 0]


async def test_a_server_stops_at_once_although_a_dashboard_watches(image: Image, tmp_path: Path) -> None:
    del image
    port = unused_port()
    key = await keyed(tmp_path, "tools:call")
    url = f"http://127.0.0.1:{port}"
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S) as client,
        started(tmp_path, "serve", "--port", str(port)) as process,
    ):
        await answering(client, f"{url}/healthz")
        async with client.stream("GET", f"{url}/api/v1/tenants/acme/events") as stream:
            assert stream.status_code == 200
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_S):
                async for _ in stream.aiter_bytes():
                    pass
                _, err = await process.communicate()
        assert b"Traceback" not in err


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_stops_in_order_when_it_is_told_to(image: Image, tmp_path: Path, sign: signal.Signals) -> None:
    # With a handler of its own: as the first process of a container it would else ignore the signal.
    del image
    async with started(tmp_path, "worker") as process:
        assert process.stderr is not None
        while b"working" not in (line := await process.stderr.readline()):
            assert line
        process.send_signal(sign)
        async with asyncio.timeout(PATIENCE_S):
            _, said = await process.communicate()
    assert process.returncode == 0
    assert b"stopped" in said
    assert b"Traceback" not in said


async def keyed(folder: Path, *scopes: str) -> str:
    """Make a tenant and a key for it, by command line."""
    made = await finished(
        folder, "tenant", "create", "--name", "Acme", "--email", "a@acme.example", "--password", "correct horse battery"
    )
    assert made[0] == 0, made
    options = [option for scope in scopes for option in ("--scope", scope)]
    key = await finished(folder, "apikey", "create", "--tenant", "acme", "--email", "a@acme.example", *options)
    assert key[0] == 0, key
    return key[1].strip()


async def test_a_version_is_finished_after_its_server_was_killed_during_the_build(image: Image, tmp_path: Path) -> None:
    del image
    port = unused_port()
    key = await keyed(tmp_path, "tools:author", "tools:call")
    api = f"http://127.0.0.1:{port}/api/v1/tenants/acme"
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_S) as client:
        async with started(tmp_path, "serve", "--port", str(port)) as process:
            await answering(client, f"http://127.0.0.1:{port}/healthz")
            # Some seconds of examples, so that the kill falls into the checking.
            slow = make_source().replace("    return", "    for _ in range(300_000):\n        pass\n    return")
            assert (await client.post(f"{api}/tools", json=make_spec())).status_code == 201
            answer = await client.post(f"{api}/tools/add_numbers/versions", json={"source": slow})
            assert answer.status_code == 202
            process.send_signal(signal.SIGKILL)
            await process.wait()
        async with started(tmp_path, "serve", "--port", str(port)):
            await answering(client, f"http://127.0.0.1:{port}/healthz")
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    version = (await client.get(f"{api}/tools/add_numbers/versions/1")).json()
                    if version["state"] == "awaiting_approval":
                        break
                    assert version["state"] in {"draft", "checking"}, version["findings"]
                    await asyncio.sleep(0.1)


async def answering(client: httpx2.AsyncClient, url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)


async def finished(folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    async with started(folder, *arguments) as process:
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()


async def test_a_tool_folder_is_checked_and_run_without_a_server(image: Image, tmp_path: Path) -> None:
    del image
    folder = str(CHECKOUT / "examples" / "email_campaign")
    code, _, err = await finished(tmp_path, "tool", "check", folder)
    assert code == 0, err
    arguments = {
        "template_id": "welcome", "campaign_id": "x", "variables": {"product": "P"},
        "recipients": [{"email": "a@example.com", "variables": {"first_name": "A"}}],
    }  # fmt: skip
    code, out, err = await finished(tmp_path, "tool", "run", folder, json.dumps(arguments))
    assert code == 0, err
    assert json.loads(out)["sent"] == 1


MOMENT = '''"""Say when it is, and what is kept."""

from sealwright import clock, kv


def moment_of(name: str = "a") -> dict:
    """The moment, and what is kept under a name."""
    return {"at": clock.now().isoformat(), "kept": kv.get(name)}
'''
MOMENT_SPEC: dict[str, Any] = {
    "name": "moment_of",
    "description": "Says when it is, and what is kept under a name.",
    "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "capabilities": {"kv": ["tool/*"]},
    "effects": "read",
    "examples": [
        {"arguments": {}, "result": {}, "world": {"now": "2031-02-03T04:05:06Z", "kv": {"tool": {"a": "the first's"}}}},
        {"arguments": {}, "result": {}, "world": {"now": "2032-02-03T04:05:06Z", "kv": {"tool": {"a": "no"}}}},
    ],
}


async def test_a_tool_is_run_in_the_world_of_its_first_example_at_its_moment(image: Image, tmp_path: Path) -> None:
    del image
    folder, world = tmp_path / "tool", tmp_path / "world.yaml"
    folder.mkdir()
    (folder / "spec.yaml").write_text(json.dumps(MOMENT_SPEC))
    (folder / "tool.py").write_text(MOMENT)
    world.write_text("{now: 2033-01-01T00:00:00Z, kv: {tool: {a: of the file}}}")
    told = [
        await finished(tmp_path, "tool", "run", str(folder)),
        await finished(tmp_path, "tool", "run", str(folder), "{}", "--world", str(world)),
    ]
    assert [code for code, _, _ in told] == [0, 0], told
    said = [json.loads(out) for _, out, _ in told]
    # Which part of the second it is, the world draws.
    assert [(one["at"][:19], one["kept"]) for one in said] == [
        ("2031-02-03T04:05:06", "the first's"),
        ("2033-01-01T00:00:00", "of the file"),
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "spec.yaml"),
        ({"spec.yaml": "name: x\n  bad: [", "tool.py": ""}, "line 2"),
        ({"spec.yaml": "- 1", "tool.py": ""}, "mapping"),
        ({"spec.yaml": "name: x", "tool.py": ""}, "/description"),
        ({"spec.yaml": "name: x\ndescription: y\ninput_schema: {type: object}", "tool.py": "def x(:"}, "line 1"),
    ],
)
async def test_a_broken_tool_folder_is_explained(
    image: Image, tmp_path: Path, files: dict[str, str], words: str
) -> None:
    del image
    folder = tmp_path / "tool"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    code, out, err = await finished(tmp_path, "tool", "check", str(folder))
    assert code == 1
    assert words in out + err
    assert "Traceback" not in out + err


async def test_a_setting_that_is_not_valid_is_named(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *SEALWRIGHT,
        "serve",
        env={**environment(tmp_path), "SEALWRIGHT_PORT": "many"},
        cwd=CHECKOUT,
        stdout=PIPE,
        stderr=PIPE,
    )
    _, err = await process.communicate()
    assert process.returncode != 0
    assert b"SEALWRIGHT_PORT" in err
    assert b"Traceback" not in err


async def test_the_demo_starts_without_its_database_and_goes_on_with_its_password(image: Image, tmp_path: Path) -> None:
    # What is left where somebody removed the database alone: the key of tenants' keys, the way in, and mail.
    del image
    (tmp_path / "demo" / "mail").mkdir(parents=True)
    (tmp_path / "demo" / "mail" / "00000001.eml").write_bytes(b'{"number": 1, "rece')
    await finished(tmp_path, "tenant", "usage", "demo")  # makes the keys
    for path in tmp_path.glob("sealwright.db*"):
        path.unlink()
    assert (tmp_path / "secrets.keys").exists()
    old = {
        "base_url": "http://127.0.0.1:1", "mcp_url": "http://127.0.0.1:1/t/demo/mcp", "api_key": "sw_" + "x" * 43,
        "email": story.EMAIL, "password": "the one of before", "tenant": story.TENANT,
    }  # fmt: skip
    (tmp_path / "demo" / "access.json").write_text(json.dumps(old))
    async with started(tmp_path, "demo", "--json", "--port", str(unused_port())) as process:
        access = await demo_access(process)
        assert (access["password"], access["email"]) == (old["password"], old["email"])
        assert access["api_key"] != old["api_key"]
        headers = {"Authorization": f"Bearer {access['api_key']}"}
        async with httpx2.AsyncClient(headers=headers) as client:
            tools = (await client.get(f"{access['base_url']}/api/v1/tenants/demo/tools")).json()["items"]
        assert len(tools) >= 6
        process.send_signal(signal.SIGKILL)
        _, err = await process.communicate()
    assert b"Traceback" not in err
    assert json.loads((tmp_path / "demo" / "access.json").read_text()) == access


async def test_the_demo_without_the_keys_of_its_database_says_so(image: Image, tmp_path: Path) -> None:
    del image
    await keyed(tmp_path, "tools:call")
    (tmp_path / "secrets.keys").unlink()
    code, _, err = await finished(tmp_path, "demo", "--json", "--port", str(unused_port()))
    assert code == 1
    assert "secrets.keys" in err
    assert "Traceback" not in err


async def test_a_way_into_the_demo_is_found_whatever_was_cut_off(image: Image, tmp_path: Path) -> None:
    del image
    told: list[str] = []
    kept = tmp_path / "demo" / "access.json"
    nowhere = cast("Any", None)
    async with served(tmp_path) as product:
        first = await story.prepare(product.settings, nowhere, told.append)
        assert await story.prepare(product.settings, nowhere, told.append) == first
        assert (kept.stat().st_mode & 0o777, list(kept.parent.glob("*.part"))) == (0o600, [])
        for key in ("", "sw_" + "x" * 43, "nonsense"):
            # Killed after it signed up and before it was given a key; or somebody ended the key.
            kept.write_text(json.dumps({**first.as_dict(), "api_key": key}))
            again = await story.prepare(product.settings, nowhere, told.append)
            assert again.password == first.password
            assert json.loads(kept.read_text()) == again.as_dict()
        # Killed before it signed up is as good as the first time: another address is nobody's yet.
        for torn in ("", "{", kept.read_text()[:-9]):
            kept.write_text(torn)
            with pytest.raises(ConflictError) as caught:
                await story.prepare(product.settings, nowhere, told.append)
            assert "begin anew" in str(caught.value.hint)
            kept.write_text(json.dumps(first.as_dict()))
