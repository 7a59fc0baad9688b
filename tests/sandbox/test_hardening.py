"""The walls, tried from inside: a child raises them and then tries to get out."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sandbox.process import landlock, seccomp
from sandbox.process.hardening import close_descriptors

ROOT = Path(__file__).parents[2]

ATTEMPTS = """
import ctypes, json, os, signal, socket, sys, threading
from pathlib import Path
from sandbox.process import hardening, seccomp

nice = os.getpriority(os.PRIO_PROCESS, 0)
inside, sealed = Path(sys.argv[1]), sys.argv[2] == "sealed"
walls = {} if sys.argv[2] == "only the filter" else hardening.confine([inside])
if sys.argv[2] == "only the filter":
    seccomp.install(ctypes.CDLL(None, use_errno=True))
if sealed:
    walls |= hardening.seal([inside])

def attempt(what):
    try:
        return f"went through: {what()!r}"
    except BaseException as error:
        return type(error).__name__

def thread():
    said = []
    other = threading.Thread(target=lambda: said.append(attempt(lambda: os.listdir("/"))))
    other.start()
    other.join()
    return said[0]

tried = {
    "read a granted file": attempt(lambda: (inside / "native").read_text()),
    "read another file": attempt(lambda: Path("/etc/passwd").read_text()),
    "read through proc": attempt(lambda: Path("/proc/1/environ").read_bytes()),
    "write a granted file": attempt(lambda: (inside / "native").write_text("x")),
    "make a file": attempt(lambda: open("/tmp/sealwright-escape", "w").write("x")),
    "open for writing": attempt(lambda: os.open(inside / "native", os.O_RDWR)),
    "truncate": attempt(lambda: os.open(inside / "native", os.O_TRUNC)),
    "connect": attempt(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "listen": attempt(lambda: socket.socket().bind(("127.0.0.1", 0))),
    "fork": attempt(lambda: os._exit(0) if os.fork() == 0 else os.wait()),
    "execute": attempt(lambda: os.execv("/bin/true", ["true"])),
    "signal": attempt(lambda: os.kill(1, 0)),
    "hold another process back": attempt(lambda: os.setpriority(os.PRIO_PROCESS, 1, 5)),
    "hold its group back": attempt(lambda: os.setpriority(os.PRIO_PGRP, 0, 5)),
    "hold a user back": attempt(lambda: os.setpriority(os.PRIO_USER, 0, 5)),
    "come forward": attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, max(-20, nice - 5))),
    "become root": attempt(lambda: os.setuid(0)),
    "a thread reads": thread(),
}
print(json.dumps({"walls": walls, "tried": tried, "environment": sorted(os.environ)}))
"""


def tried(folder: Path, how: str) -> Mapping[str, Mapping[str, str]]:
    (folder / "native").write_text("code")
    (folder / "native").chmod(0o644)
    folder.chmod(0o755)
    child = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}){ATTEMPTS}", str(folder), how],
        capture_output=True,
        timeout=60,
        check=False,
        env={},
        pass_fds=(),
    )
    assert child.returncode == 0, child.stderr.decode()
    return json.loads(child.stdout)


@pytest.fixture(scope="module")
def open_folder(tmp_path_factory: pytest.TempPathFactory):
    """A folder that user nobody can reach."""
    folder = tmp_path_factory.mktemp("walls")
    base = tmp_path_factory.getbasetemp()  # one deeper where several processes run the tests
    for parent in (folder, base, base.parent, base.parent.parent):
        if parent.name.startswith(("walls", "pytest-", "popen-")):
            parent.chmod(0o755)
    return folder


def test_everything_together_leaves_reading_the_granted_folder_and_nothing_else(open_folder: Path):
    said = tried(open_folder, "sealed")["tried"]

    assert said["read a granted file"] == "went through: 'code'"
    assert {name: result for name, result in said.items() if result.startswith("went through")} == {
        "read a granted file": "went through: 'code'"
    }


def test_the_filter_alone_keeps_everything_but_reading_out_of_reach(open_folder: Path):
    said = tried(open_folder, "only the filter")["tried"]

    through = {name for name, result in said.items() if result.startswith("went through")}
    assert through <= {
        "read a granted file",
        "read another file",
        "read through proc",
        "a thread reads",
        "become root",
        "come forward",
    }


def test_landlock_alone_keeps_files_and_programs_out_of_reach_even_of_root(open_folder: Path):
    report = tried(open_folder, "unsealed")
    if not report["walls"]["landlock"].startswith("active"):
        pytest.skip(report["walls"]["landlock"])
    said = report["tried"]

    assert said["read another file"] == said["make a file"] == said["execute"] == "PermissionError"
    assert said["a thread reads"] == "PermissionError"


def test_every_wall_is_reported(open_folder: Path):
    walls = tried(open_folder, "sealed")["walls"]

    assert set(walls) == {
        "rlimits",
        "no_new_privs",
        "first to go when memory is short",
        "namespaces",
        "unprivileged user",
        "not dumpable",
        "landlock",
        "seccomp",
    }
    assert all(said.startswith(("active", "not active: ")) for said in walls.values())


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_written_for_both_architectures(machine: str):
    code = seccomp.program(machine)

    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096  # the kernel's most
    assert code != seccomp.program("aarch64" if machine == "x86_64" else "x86_64")


def test_no_call_that_reaches_out_is_on_the_list():
    for dangerous in ("socket", "connect", "execve", "fork", "ptrace", "open", "unlinkat", "memfd_create", "bpf"):
        assert dangerous not in seccomp.CALLS


def test_descriptors_are_closed_in_a_child():
    script = (
        f"import sys, os; sys.path.insert(0, {str(ROOT)!r}); from sandbox.process.hardening import close_descriptors;"
        "a = os.open('/dev/null', 0); b = os.open('/dev/null', 0); close_descriptors(b);"
        "os.fstat(b)\ntry: os.fstat(a)\nexcept OSError: print('closed')"
    )
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60)

    assert child.stdout == b"closed\n"
    assert callable(close_descriptors)
    assert callable(landlock.version)
