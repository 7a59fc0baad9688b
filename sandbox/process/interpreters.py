"""Starts our own interpreter on one of our modules, as a process that speaks through a socket alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_START = "import sys, importlib; sys.path.insert(0, sys.argv.pop(1)); importlib.import_module(sys.argv.pop(1)).main()"


def start(module: str, told: Mapping[str, object], inherited: int, *, own_session: bool) -> subprocess.Popen[bytes]:
    """Run `module.main()`, which finds `told` as JSON in its first argument, and the descriptor `inherited`.

    It has no environment, no descriptors but that one and standard error, and a process group of its own.
    Without a session of its own it stays in the server's: where Linux groups processes by session ("autogroup"), each
    has a share of the processors of its own, and how far behind the server it stands would count for nothing.
    """
    # -I: nothing of the caller's environment or folder decides what is imported.
    return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        [sys.executable, "-I", "-c", _START, str(_ROOT), module, json.dumps(told)],
        env={"LC_CTYPE": "C.UTF-8"},
        cwd=os.sep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(inherited,),
        start_new_session=own_session,
        process_group=None if own_session else 0,
    )
