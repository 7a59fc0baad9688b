"""Values in, values out: check, build and run tools. The only names outsiders use are the ones here."""

from sandbox.capabilities import CAPABILITIES
from sandbox.capabilities.urls import UnsafeUrl, Url
from sandbox.components import Call, Component
from sandbox.findings import Finding, Severity
from sandbox.grants import REFUSED, Grant, InvalidGrant, Meter, effect_of
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
from sandbox.rules import check
from sandbox.worlds import Deed, InvalidWorld, World

__all__ = [
    "CAPABILITIES",
    "REFUSED",
    "Call",
    "Cancelled",
    "Component",
    "Deed",
    "Effect",
    "Execution",
    "Exhausted",
    "Failed",
    "Fault",
    "Finding",
    "Grant",
    "Host",
    "HostCall",
    "HostReply",
    "InvalidGrant",
    "InvalidLimits",
    "InvalidWorld",
    "Limits",
    "Meter",
    "Outcome",
    "Refused",
    "Returned",
    "Severity",
    "Trapped",
    "UnsafeUrl",
    "Url",
    "World",
    "check",
    "effect_of",
]
