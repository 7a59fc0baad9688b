"""Values in, values out: check, build and run tools. The only names outsiders use are the ones here."""

from sandbox import images, jsontext, manuals, overlaps, sqlite
from sandbox.artifacts import Image, Library
from sandbox.capabilities import CAPABILITIES
from sandbox.capabilities.mailboxes import Mailbox
from sandbox.capabilities.mailboxes import domain as mail_domain
from sandbox.capabilities.overrides import is_refused as is_refused_header
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.urls import UnsafeUrl, Url
from sandbox.components import Call, Component
from sandbox.exports import standalone as export_standalone
from sandbox.findings import Finding, Severity
from sandbox.forks import BuildFailed
from sandbox.grants import REFUSED, Grant, InvalidGrant, effect_of
from sandbox.hardening import report as hardening_report
from sandbox.hosts import Effect, Host, HostCall, HostReply
from sandbox.limits import InvalidLimits, Limits
from sandbox.links import WorkerFailed
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
from sandbox.placeholders import Placeholders, Slot
from sandbox.placeholders import shown as shown_secret
from sandbox.pools import Pool
from sandbox.rules import check
from sandbox.shares import Shares
from sandbox.talks import SandboxBroken
from sandbox.worlds import Deed, InvalidWorld, World

__all__ = [
    "CAPABILITIES",
    "REFUSED",
    "BuildFailed",
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
    "Image",
    "InvalidGrant",
    "InvalidLimits",
    "InvalidWorld",
    "Library",
    "Limits",
    "Mailbox",
    "Malformed",
    "Outcome",
    "Placeholders",
    "Pool",
    "Refused",
    "Returned",
    "SandboxBroken",
    "Severity",
    "Shares",
    "Slot",
    "Trapped",
    "UnsafeUrl",
    "Url",
    "WorkerFailed",
    "World",
    "check",
    "effect_of",
    "export_standalone",
    "hardening_report",
    "images",
    "is_refused_header",
    "jsontext",
    "mail_domain",
    "manuals",
    "overlaps",
    "shown_secret",
    "sqlite",
]
