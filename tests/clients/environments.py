"""An environment for each heavy client, in .tools: installed by its lock, checked by hash, kept until that changes."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.clients.runner import ENVIRONMENTS, HERE, Client
from tests.makers import CHECKOUT

_NPM = ("--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error")


def install(client: Client) -> None:
    """Install what a client needs, unless it is there. Raises CalledProcessError where that cannot be."""
    if client.is_light:
        return
    client.environment.mkdir(parents=True, exist_ok=True)
    _copy_scripts(client)
    stamp, wanted = client.environment / ".installed", _state_of(client)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    print(f"installing {client.folder}", file=sys.stderr, flush=True)
    for command in _python(client) if client.is_python else _node(client):
        subprocess.run(command, cwd=client.environment, check=True)
    stamp.write_text(wanted)


def _state_of(client: Client) -> str:
    locks = [client.home / name for name in ("requirements.txt", "package.json", "package-lock.json")]
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in locks if lock.exists())).hexdigest()


def _copy_scripts(client: Client) -> None:
    """Node looks for packages beside the script."""
    if not client.is_python:
        shutil.copy(client.home / client.script, client.environment)
        shutil.copy(HERE / "steps.mjs", ENVIRONMENTS)


def _python(client: Client) -> list[list[str]]:
    uv = str(CHECKOUT / ".tools" / "bin" / "uv")
    lock = str(client.home / "requirements.txt")
    python = str(client.environment / "bin" / "python")
    return [
        [uv, "venv", "-q", "--clear", "--python", _base_python(), str(client.environment)],
        [uv, "pip", "install", "-q", "--python", python, "--no-deps", "--require-hashes", "-r", lock],
    ]


def _base_python() -> str:
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def _node(client: Client) -> list[list[str]]:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(client.home / name, client.environment)
    return [["npm", "ci", *_NPM, "--cache", str(CHECKOUT / ".tools" / "npm-cache")]]
