"""How processes start, and what they say when they cannot: one sentence, and as JSON wherever lines are JSON."""

import asyncio
import json
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from sandbox import Image
from tests.makers import CHECKOUT, unused_port
from tests.test_demo import SEALWRIGHT, answering, environment


async def ended(folder: Path, *arguments: str, **settings: str) -> tuple[int | None, str]:
    """Run a command to its end; its code and what it said on standard error."""
    given = {f"SEALWRIGHT_{name.upper()}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *SEALWRIGHT, *arguments, env=environment(folder) | given, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(240):
        _, err = await process.communicate()
    return process.returncode, err.decode()


def is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def break_database(folder: Path) -> dict[str, str]:
    (folder / "sealwright.db").write_bytes(b"this is no database, but as long as one might be" * 100)
    return {}


def tear_database(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "sealwright.db") as database:
        database.execute("create table t (a)")
        database.executemany("insert into t values (?)", [("x" * 1000,)] * 100)
    torn = bytearray((folder / "sealwright.db").read_bytes())
    torn[16:100] = bytes(84)
    (folder / "sealwright.db").write_bytes(torn)
    return {}


def write_keys(folder: Path) -> dict[str, str]:
    (folder / "keys").write_text("k1:nothing")
    return {"secrets_keys_file": str(folder / "keys")}


def write_certificate(folder: Path) -> dict[str, str]:
    (folder / "cert.pem").write_text("no certificate")
    return {"tls_certificate": str(folder / "cert.pem"), "tls_key": str(folder / "cert.pem")}


def put_a_file_in_the_way(folder: Path) -> dict[str, str]:
    (folder / "file").write_text("")
    return {"data_dir": str(folder / "file" / "data")}


def be_in_a_folder(folder: Path) -> dict[str, str]:
    (folder / "sealwright.db").mkdir()
    return {}


EVERYWHERE = "0.0.0.0"  # noqa: S104 - of a container, as its Dockerfile says
Prepare = Callable[[Path], dict[str, str]]
CANNOT_START: dict[str, tuple[Prepare, str]] = {
    "a database that is none": (break_database, "database"),
    "a torn database": (tear_database, "database"),
    "a folder for the database": (be_in_a_folder, "sealwright.db"),
    "a database that is not there": (
        lambda _: {
            "database_url": f"postgresql://x:secret@127.0.0.1:{unused_port()}/x",
            "secrets_keys": "k1:" + "A" * 43 + "=",
        },
        "SEALWRIGHT_DATABASE_URL",
    ),
    "a host of a database that is none": (
        lambda _: {"database_url": "postgresql://x:secret@nowhere.invalid/x", "secrets_keys": "k1:" + "A" * 43 + "="},
        "SEALWRIGHT_DATABASE_URL",
    ),
    "a shared database without keys": (
        lambda _: {"database_url": "postgresql://x@127.0.0.1/x"},
        "SEALWRIGHT_SECRETS_KEYS",
    ),
    "a kind of database that is none": (lambda _: {"database_url": "oracle://x@127.0.0.1/x"}, "SEALWRIGHT_"),
    "keys that are none": (lambda _: {"secrets_keys": "k1:short"}, "key"),
    "a file of keys that are none": (write_keys, "key"),
    "a file of keys that is not there": (lambda folder: {"secrets_keys_file": str(folder / "no")}, "no"),
    "a folder that cannot be made": (put_a_file_in_the_way, "file/data"),
    "an address of mail that is none": (lambda _: {"mail_from": "nobody"}, "SEALWRIGHT_MAIL_FROM"),
    "a storage that is none": (lambda _: {"storage_url": "gs://bucket"}, "s3://"),
}
ONLY_SERVERS: dict[str, tuple[Prepare, str]] = {
    "a certificate that is none": (write_certificate, "SEALWRIGHT_TLS_CERTIFICATE"),
    "a certificate that is not there": (lambda _: {"tls_certificate": "/nowhere/cert.pem"}, "/nowhere/cert.pem"),
    "a public URL without a scheme": (lambda _: {"public_url": "tools.acme.com"}, "https://tools.acme.com"),
    "a public URL with a path": (lambda _: {"public_url": "https://x/sealwright"}, "root of a name"),
    "an address of everywhere": (lambda _: {"public_url": "http://0.0.0.0:8000"}, "Nobody can be sent"),
    "a further name that is none": (lambda _: {"allowed_hosts": "https://x/y"}, "SEALWRIGHT_ALLOWED_HOSTS"),
    "an origin that is none": (lambda _: {"allowed_origins": "acme.com"}, "SEALWRIGHT_ALLOWED_ORIGINS"),
    "a proxy that is none": (lambda _: {"trusted_proxies": "proxy.internal"}, "SEALWRIGHT_TRUSTED_PROXIES"),
    "a time that is none": (lambda _: {"keep_alive_s": "0"}, "SEALWRIGHT_KEEP_ALIVE_S"),
    "an address of another machine": (lambda _: {"host": "192.0.2.1"}, "192.0.2.1"),
}


@pytest.mark.parametrize("reason", CANNOT_START)
async def test_who_cannot_start_says_why_in_a_sentence(image: Image, tmp_path: Path, reason: str) -> None:
    del image
    prepare, word = CANNOT_START[reason]
    command = ("serve", "worker")[list(CANNOT_START).index(reason) % 2]
    await say_why(tmp_path, command, prepare(tmp_path), word, as_json=command == "worker")


@pytest.mark.parametrize("reason", ONLY_SERVERS)
async def test_a_server_that_cannot_start_says_why_in_a_sentence(image: Image, tmp_path: Path, reason: str) -> None:
    del image
    prepare, word = ONLY_SERVERS[reason]
    await say_why(tmp_path, "serve", prepare(tmp_path), word, as_json=len(reason) % 2 == 0)


async def say_why(folder: Path, command: str, settings: dict[str, str], word: str, *, as_json: bool) -> None:
    port = {} if command == "worker" else {"port": str(unused_port())}
    code, said = await ended(folder, command, log_json=str(as_json), **(port | settings))
    assert code == 1, said
    assert word in said
    assert "Traceback" not in said
    assert "secret@" not in said
    if as_json:
        assert [line for line in said.splitlines() if not is_json(line)] == []
        errors = [line for line in map(json.loads, said.splitlines()) if line["level"] == "error"]
        assert len(errors) == 1, said
    else:
        assert sum(line.startswith("error: ") for line in said.splitlines()) == 1, said


async def test_a_port_that_is_taken_is_named(image: Image, tmp_path: Path) -> None:
    del image
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, said = await ended(tmp_path, "serve", "--port", port)
        assert code == 1
        assert f"port {port}" in said
        assert "Traceback" not in said
        code, lines = await ended(tmp_path, "serve", "--port", port, log_json="true")
        assert code == 1
        assert all(is_json(line) for line in lines.splitlines())


@pytest.mark.parametrize(
    "command", [["tenant", "usage", "acme"], ["apikey", "create", "--tenant", "x", "--email", "a@b.c"]]
)
async def test_other_commands_say_it_the_same_way(tmp_path: Path, command: list[str]) -> None:
    break_database(tmp_path)
    code, said = await ended(tmp_path, *command)
    assert code == 1
    assert said.startswith("error: The database cannot be used")
    assert "Traceback" not in said


async def test_whoever_listens_everywhere_is_told_what_to_set(image: Image, tmp_path: Path) -> None:
    del image
    for public in ("", "https://tools.acme.com"):
        port = unused_port()
        given = {"SEALWRIGHT_HOST": EVERYWHERE, "SEALWRIGHT_PORT": str(port), "SEALWRIGHT_PUBLIC_URL": public}
        process = await asyncio.create_subprocess_exec(
            *SEALWRIGHT, "serve", env=environment(tmp_path) | given, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
        )
        try:
            async with httpx2.AsyncClient() as http:
                await answering(http, f"http://127.0.0.1:{port}/healthz")
                server = (await http.get(f"http://127.0.0.1:{port}/.well-known/oauth-authorization-server")).json()
        finally:
            process.terminate()
        said = (await process.communicate())[1].decode()
        assert server["issuer"] == (public or f"http://127.0.0.1:{port}")
        assert EVERYWHERE not in json.dumps(server)
        assert ("SEALWRIGHT_PUBLIC_URL" in said) is not bool(public)


async def test_every_line_of_a_servers_life_is_json_where_lines_are_json(image: Image, tmp_path: Path) -> None:
    del image
    port = unused_port()
    given = {"SEALWRIGHT_LOG_JSON": "true", "SEALWRIGHT_PORT": str(port), "PYTHONWARNINGS": "always"}
    process = await asyncio.create_subprocess_exec(
        *SEALWRIGHT, "serve", env=environment(tmp_path) | given, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            await answering(http, "/healthz")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"no HTTP at all\r\n\r\n")
            await reader.read()
            writer.close()
            assert (await http.post("/t/acme/mcp", json={}, headers={"Host": "evil.example"})).status_code == 421
            probes = [await http.get("/livez"), await http.get("/readyz")]
            assert [probe.json()["status"] for probe in probes] == ["ok", "ok"]
            # The database is written over under it: whatever is asked of it fails as a fault of ours.
            for path in (*tmp_path.glob("sealwright.db"), *tmp_path.glob("sealwright.db-wal")):
                with path.open("r+b") as file:
                    file.write(b"\xff" * path.stat().st_size)
            answers = [
                await http.get("/healthz"),
                await http.post("/t/acme/mcp", json={}),
                await http.get("/api/v1/image"),
            ]
            form = {"email": "a@b.example", "password": "correct horse battery"}
            answers.append(await http.post("/api/v1/session", json=form, headers={"X-Sealwright-Csrf": "1"}))
            assert any(answer.status_code >= 500 for answer in answers)
            # Starting it anew would not mend that: it lives, and is not ready.
            live, ready = await http.get("/livez"), await http.get("/readyz")
            assert (live.status_code, ready.status_code) == (200, 503)
            assert (ready.json()["parts"]["database"], ready.headers["retry-after"]) == ("away", "1")
    finally:
        process.terminate()
    said = (await process.communicate())[1].decode()
    assert [line for line in said.splitlines() if not is_json(line)] == []
    lines = [json.loads(line) for line in said.splitlines()]
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    assert any("exception" in line for line in lines)
    assert any(line.get("setting") == "SEALWRIGHT_ALLOWED_HOSTS" for line in lines)


LAST_WORDS = """
import sys, threading, warnings, logging, asyncio
from api.logs import configure
configure(as_json=True)
class Loud:
    def __del__(self):
        raise ValueError("nobody\\nhears this")
async def forgotten():
    async def fails():
        raise ValueError("never retrieved")
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del task
warnings.warn("old\\nways")
logging.getLogger("uvicorn.error").error("of a library\\nin two lines %s", "x")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("asyncio").exception("with a traceback")
try:
    raise asyncio.CancelledError
except asyncio.CancelledError:
    logging.getLogger("sqlalchemy.pool").exception("thrown away by a stop")
asyncio.run(forgotten())
Loud()
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise SystemError("the\\nend")
"""


async def test_what_python_itself_would_say_is_json_too() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "always", "-c", LAST_WORDS, cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    assert out == b""
    lines = [json.loads(line) for line in err.decode().splitlines()]
    said = json.dumps(lines)
    for words in (
        "nobody",
        "never retrieved",
        "old",
        "in two lines x",
        "with a traceback",
        "ZeroDivisionError",
        "SystemError",
    ):
        assert words in said, words
    assert "thrown away by a stop" not in said
    assert lines[-1]["level"] == "critical"
    assert process.returncode == 1
