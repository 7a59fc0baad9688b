"""Every kind of reach a tool can be granted, by name.

Add one: its module here, its canned stage (`sandbox/worlds`), its real implementation (`tenants/capabilities`) and what
tools import (`sandbox/guest/sealwright`), each named as it is; and its line in this list.
"""

from importlib import import_module

from sandbox.capabilities.traits import Capability

# In the order in which an author meets them.
_EVERY = (
    "http",
    "email",
    "ledger",
    "kv",
    "files",
    "sql",
    "tools",
    "approvals",
    "secret",
    "signatures",
    "clock",
)
CAPABILITIES: dict[str, Capability] = {name: import_module(f"{__name__}.{name}").CAPABILITY for name in _EVERY}

# Reach nothing, so they are there without a permit.
AMBIENT = frozenset(name for name, capability in CAPABILITIES.items() if capability.traits.ambient)
