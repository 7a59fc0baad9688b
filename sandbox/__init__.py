"""Values in, values out: check, build and run tools. The only names outsiders use are the ones here."""

from sandbox.components import Call, Component
from sandbox.findings import Finding, Severity
from sandbox.hosts import Effect, Host, HostCall, HostReply
from sandbox.limits import InvalidLimits, Limits
from sandbox.outcomes import (
    Cancelled,
    Execution,
    Exhausted,
    Failed,
    Fault,
    Outcome,
    Refused,
    Returned,
    Trapped,
)

__all__ = [
    "Call",
    "Cancelled",
    "Component",
    "Effect",
    "Execution",
    "Exhausted",
    "Failed",
    "Fault",
    "Finding",
    "Host",
    "HostCall",
    "HostReply",
    "InvalidLimits",
    "Limits",
    "Outcome",
    "Refused",
    "Returned",
    "Severity",
    "Trapped",
]
