"""What a tool can reach: `from sealwright import http, email, ledger, log, progress, ToolError`.

Each capability must be asked for in the spec and is granted for one version by a person; a call outside the
grant raises CapabilityRefused. `log`, `progress`, `clock` and `secret` need no grant.
"""

from sealwright import _offered
from sealwright._errors import CapabilityRefused, HostError, ToolError
from sealwright._offered import *
from sealwright._progress import progress
from sealwright._secret import secret

# `_offered` is written when the image is built: each module of this folder whose name has no `_` before it.
__all__ = ["CapabilityRefused", "HostError", "ToolError", "progress", "secret", *_offered.__all__]
