"""Every kind of reach a tool can be granted, by name. Add one: its module, and its line here."""

from sandbox.capabilities.clock import Clock
from sandbox.capabilities.email import Email
from sandbox.capabilities.http import Http
from sandbox.capabilities.named import APPROVALS, FILES, KV, LEDGER, SECRET, TOOLS
from sandbox.capabilities.permits import Capability
from sandbox.capabilities.sql import Sql

_EVERY: tuple[Capability, ...] = (
    Http(),
    Email(),
    LEDGER,
    KV,
    FILES,
    Sql(),
    TOOLS,
    APPROVALS,
    SECRET,
    Clock(),
)
CAPABILITIES = {capability.name: capability for capability in _EVERY}

# Reaches nothing, so it is there without a permit.
AMBIENT = frozenset({"clock"})
