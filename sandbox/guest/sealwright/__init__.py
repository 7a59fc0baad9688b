"""What a tool can reach: `from sealwright import http, email, ledger, log, progress, ToolError`.

Each capability must be asked for in the spec and is granted for one version by a person; a call outside the
grant raises CapabilityRefused. `log`, `progress`, `clock` and `secret` need no grant.
"""

from sealwright import approvals, clock, email, files, http, kv, ledger, log, sql, tools
from sealwright._errors import CapabilityRefused, HostError, ToolError
from sealwright._progress import progress
from sealwright._secret import secret

__all__ = [
    "CapabilityRefused",
    "HostError",
    "ToolError",
    "approvals",
    "clock",
    "email",
    "files",
    "http",
    "kv",
    "ledger",
    "log",
    "progress",
    "secret",
    "sql",
    "tools",
]
