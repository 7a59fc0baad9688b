"""Where published packages are installed: an environment for each, of exactly what its file of requirements says."""

import hashlib
import subprocess
import venv
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PLACE = CHECKOUT / ".data" / "bench"


def python_with(name: str) -> Path:
    """The Python of an environment that holds `NAME.txt`: pinned, checked by hash, and none of what these ask for."""
    wanted, folder = HERE / f"{name}.txt", PLACE / name
    stamp, digest = folder / "installed", hashlib.sha256(wanted.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != digest:
        print(f"installing {name}: {wanted.relative_to(CHECKOUT)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", wanted]
        subprocess.run([*install, "--disable-pip-version-check"], check=True)
        stamp.write_text(digest)
    return python
