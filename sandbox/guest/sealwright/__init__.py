"""What a tool can reach: `from sealwright import http, email, ledger, log, progress, ToolError`.

Each capability must be asked for in the spec and is granted for one version by a person; a call outside the
grant raises CapabilityRefused. Every function that asks the host may also raise HostError "malformed_request": an
argument is not what is said here.

`Json` stands for what JSON can say: None, bool, int, float, str, and lists and dicts (by str) of these. Every call of
the host counts in the run's `host_calls` (1,000 unless the spec asks for more); one asks with at most `argument_bytes`
(1 MiB) and is answered with at most `response_bytes` (4 MiB).
"""

from sealwright import _door, _offered, _secret
from sealwright._errors import CapabilityRefused, HostError, ToolError
from sealwright._offered import *
from sealwright._secret import secret


def progress(done: float, total: float | None = None, message: str | None = None) -> None:
    """Tell whoever waits how far the run has come: `progress(40, 200, "40 of 200 invoices")`.

    done, total: in any unit; no total where nobody knows it.
    """
    _door.progress(
        float(done), None if total is None else float(total), None if message is None else _secret._shown(str(message))
    )


# `_offered` is written when the image is built: each module of this folder whose name has no `_` before it.
__all__ = ["CapabilityRefused", "HostError", "ToolError", "progress", "secret", *_offered.__all__]
