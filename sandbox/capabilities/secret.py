"""secret: that a secret of this name is put into requests.

What stands for one needs no host call: see contract/placeholders.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings
from sandbox.capabilities.permits import Need, Permit
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect
from sandbox.contract.outcomes import Fault


class Secret(NamedThings):
    name = "secret"
    grammar = ("stripe_key", "crm_*")
    operations: Mapping[str, Effect] = {}
    verbs: Mapping[str, frozenset[str]] = {"": frozenset({"use"})}
    asked: Mapping[str, Asking] = {}
    traits = Traits(
        ambient=False,
        reaches_out=False,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=False,
        harmless_in_doubt=False,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def sentence(self, verb: str, name: str) -> str:
        del verb
        return f"Have the secret {name} put into its requests, without seeing it."

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "question"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"secret {operation} {what.get('name') or ''}".strip()


CAPABILITY: Capability = Secret()


def shares(permit: Permit, name: str) -> bool:
    """Whether a permit lets the secret of this name be used: put into requests, or signatures be checked with it."""
    return permit.allows(Need("use", name, name))


def may_go_to(hosts: Sequence[str], host: str) -> bool:
    """Exact names, or `*.example.com` for everything below one."""
    return any(host == bound or (bound.startswith("*.") and host.endswith(bound[1:])) for bound in hosts)


def no_secret(name: str) -> Fault:
    """Why a request with a secret cannot leave, for a real host and a canned one alike; and so those that follow."""
    return Fault("no_secret", f"There is no secret {name!r} for this tool.", "Store it, and grant its use.")


def wrong_host(name: str, hosts: Sequence[str], host: str) -> Fault:
    bound = ", ".join(hosts) or "no host"
    return Fault("secret_refused", f"The secret {name!r} is bound to {bound}; it may not go to {host}.")


def in_the_clear(name: str) -> Fault:
    return Fault("secret_refused", f"The secret {name!r} may not leave without TLS; use https.")
