"""Programs behind the walls: ordinary ones are started, and try to do what a linter that was taken over would."""

import asyncio
import shutil
from pathlib import Path

import pytest

from sandbox import hardening_report, launch
from tenants.confinement import linting

pytestmark = pytest.mark.skipif(
    not any(line.startswith("landlock: active") for line in hardening_report()), reason="no Landlock here"
)
# {file}: one that everybody may read and write. {folder}: its folder, open to everybody. {port}: somebody listens.
ATTEMPTS = [
    ("cat", "{file}"),
    ("cat", "/etc/passwd"),
    ("cat", "/etc/hostname"),
    ("cat", "/proc/1/environ"),
    ("cat", "/proc/self/environ"),
    ("cat", "/proc/self/maps"),
    ("head", "-c5", "/dev/urandom"),
    ("ls", "/"),
    ("ls", "{folder}"),
    ("ls", "/proc"),
    ("ls", "/var"),
    ("touch", "{folder}/new"),
    ("touch", "/var/sealwright-escape"),
    ("mkdir", "{folder}/new"),
    ("rm", "{file}"),
    ("mv", "{file}", "{folder}/new"),
    ("ln", "-s", "{file}", "{folder}/new"),
    ("ln", "{file}", "{folder}/new"),
    ("dd", "if={file}", "of=/dev/stdout"),
    ("dd", "if=/dev/zero", "of={file}", "count=1"),
    ("chmod", "600", "{file}"),
    ("truncate", "-s0", "{file}"),
    ("cp", "{file}", "{folder}/new"),
    ("env", "cat", "{file}"),
    ("env", "id"),
    ("bash", "-c", "echo reached > {file}"),
    ("bash", "-c", "read x < {file} && echo $x"),
    ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached"),
    ("bash", "-c", "exec 3<>/dev/udp/127.0.0.1/{port} && echo hello >&3 && echo reached"),
    ("bash", "-c", "(echo reached)"),
    ("bash", "-c", "cat {file}"),
    ("bash", "-c", "exec cat {file}"),
    ("bash", "-c", "kill -0 1 && echo reached"),
    ("bash", "-c", "exec /lib64/ld-linux-x86-64.so.2 /bin/cat {file}"),
    ("bash", "-c", "echo reached > /dev/shm/reached"),
    ("bash", "-c", "ulimit -f unlimited && echo reached > {folder}/new"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=" ".join)
async def test_a_program_behind_the_walls_reaches_nothing(attempt: tuple[str, ...], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("secret")
    for path, mode in ((kept, 0o666), (tmp_path, 0o777)):
        path.chmod(mode)
    server = await asyncio.start_server(lambda _reading, writing: writing.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    name, *arguments = (
        part.replace("{file}", str(kept)).replace("{folder}", str(tmp_path)).replace("{port}", str(port))
        for part in attempt
    )
    async with server, asyncio.timeout(120):
        process = await launch(
            Path(shutil.which(name) or "/bin/sh").resolve(), arguments, cpu_s=5, memory_bytes=1 << 30
        )
        said, _ = await process.communicate(b"")
    assert process.returncode != 0 or said == b""
    assert b"secret" not in said
    assert b"reached" not in said
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("kept", "secret")]
    assert kept.stat().st_mode & 0o777 == 0o666
    assert not Path("/var/sealwright-escape").exists()
    assert not Path("/dev/shm/reached").exists()  # noqa: S108


async def test_a_program_is_given_its_pipes_and_nothing_else() -> None:
    process = await launch(Path("/bin/cat").resolve(), ["-"], cpu_s=5, memory_bytes=1 << 30)
    assert await process.communicate(b"given") == (b"given", None)
    process = await launch(Path(shutil.which("env") or "").resolve(), [], cpu_s=5, memory_bytes=1 << 30)
    assert await process.communicate(b"") == (b"", None)
    process = await launch(Path(shutil.which("id") or "").resolve(), ["-u"], cpu_s=5, memory_bytes=1 << 30)
    assert (await process.communicate(b""))[0] != b"0\n"


@pytest.mark.parametrize("script", ["while :; do :; done", "x=a; while :; do x=$x$x; done"])
async def test_a_program_that_takes_too_much_is_ended(script: str) -> None:
    process = await launch(Path("/bin/bash").resolve(), ["-c", script], cpu_s=1, memory_bytes=1 << 28)
    async with asyncio.timeout(120):
        await process.communicate(b"")
    assert process.returncode != 0


async def test_the_linter_works_behind_them() -> None:
    said = await linting.lint("import os\nx = not_defined\n")
    assert {"F401", "F821"} <= {code for code in ("F401", "F821") if f'"{code}"' in said}
