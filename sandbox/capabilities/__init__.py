"""Every kind of reach a tool can be granted, by name. Add one: its module, and its line here."""

from sandbox.capabilities import approvals, clock, email, files, http, kv, ledger, secret, sql, tools
from sandbox.capabilities.traits import Capability

_EVERY: tuple[Capability, ...] = (
    http.CAPABILITY,
    email.CAPABILITY,
    ledger.CAPABILITY,
    kv.CAPABILITY,
    files.CAPABILITY,
    sql.CAPABILITY,
    tools.CAPABILITY,
    approvals.CAPABILITY,
    secret.CAPABILITY,
    clock.CAPABILITY,
)
CAPABILITIES = {capability.name: capability for capability in _EVERY}

# Reach nothing, so they are there without a permit.
AMBIENT = frozenset(name for name, capability in CAPABILITIES.items() if capability.traits.ambient)
