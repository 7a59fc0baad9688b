"""componentize-py, behind one door and in a process of its own: it needs 1 GB and cannot be stopped from inside."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

TIMEOUT_S = 600


class CompilerFailed(RuntimeError):  # noqa: N818  (reads as a sentence where it is raised)
    """componentize-py did not make a component; the message ends with what it said."""


def componentize(app: str, source: Path, wit: Path, output: Path) -> None:
    """Make `output` of the module `app` in the folder `source`, whose initialised memory becomes its own.

    The module may write to `source`. Raises CompilerFailed.
    """
    # An empty folder: without it componentize-py would offer the host's own site-packages to the guest.
    (output.parent / "none" / "lib" / "site-packages").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-I", __file__, "-q", "-d", wit, "-w", "tool", "componentize", app]
    done = subprocess.run(  # noqa: S603  (our own interpreter, our own arguments)
        [*command, "-p", source, "-o", output],
        env={"VIRTUAL_ENV": str(output.parent / "none"), "PATH": os.defpath},
        cwd=output.parent,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise CompilerFailed((done.stderr or done.stdout)[-4000:])


def _main() -> None:
    # The child alone loads the 100 MB it comes with, and the package has no types.
    importlib.import_module("componentize_py").script()


if __name__ == "__main__":
    _main()
