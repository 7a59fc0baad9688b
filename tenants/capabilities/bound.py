"""Whom a host call is made for, and how a capability says that it could not do what was asked."""

from dataclasses import dataclass, field

from sandbox.outcomes import Fault
from tenants.capabilities.secrets import NoSecrets, Secrets


@dataclass(frozen=True, slots=True)
class Bound:
    """One run, as every capability sees it. `internal_hosts` are `host:port` the operator opened for the tenant."""

    tenant_id: str
    run_id: str
    tool_name: str
    secrets: Secrets = field(default_factory=NoSecrets)
    internal_hosts: frozenset[str] = frozenset()


class Unable(Exception):  # noqa: N818  (reads as a sentence where it is raised)
    """What was asked could not be done. The tool gets `fault` and may handle it."""

    def __init__(
        self, code: str, message: str, hint: str | None = None, details: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.fault = Fault(code, message, hint, details)


def malformed(message: str) -> Unable:
    return Unable("malformed_request", message)
