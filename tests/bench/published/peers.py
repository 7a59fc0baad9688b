"""Peers that are no Python of ours: what their packages are is pinned and checked by hash; nobody else is asked."""

import json
import shutil
import subprocess
from pathlib import Path

from tests.bench.published.environments import CHECKOUT, HERE, PLACE

NODE = CHECKOUT / ".venv" / "bin" / "node"


def pyodide_times(program: Path) -> dict[str, float]:
    """CPU milliseconds of each program of a file in Pyodide in Node. Raises CalledProcessError, OSError."""
    locked, folder = HERE / "pyodide", PLACE / "pyodide"
    lock = (locked / "package-lock.json").read_text()
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text() != lock:
        print(f"installing pyodide: {locked.relative_to(CHECKOUT)}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, folder)
        npm = CHECKOUT / ".venv" / "bin" / "npm"
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
        stamp.write_text(lock)
    command = [NODE, locked / "run.mjs", program, folder]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(told.stdout.splitlines()[-1])
