"""What a tool can reach: `from sealwright import http, email, ledger, log, progress, ToolError`.

Each capability must be asked for in the spec and is granted for one version by a person; a call outside the
grant raises CapabilityRefused. `log`, `progress` and `clock` need no grant. Every function that asks the host may also
raise HostError "malformed_request": an argument is not what is said here.

`Json` stands for what JSON can say: None, bool, int, float, str, and lists and dicts (by str) of these. Every call of
the host counts in the run's `host_calls` (1,000 unless the spec asks for more); one asks with at most `argument_bytes`
(1 MiB) and is answered with at most `response_bytes` (4 MiB).
"""

from sealwright import _offered
from sealwright._errors import CapabilityRefused, HostError, ToolError
from sealwright._offered import *
from sealwright._progress import progress
from sealwright._secret import secret

# `_offered` is written when the image is built: each module of this folder whose name has no `_` before it.
__all__ = ["CapabilityRefused", "HostError", "ToolError", "progress", "secret", *_offered.__all__]
