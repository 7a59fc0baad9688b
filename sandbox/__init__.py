"""Values in, values out: build and run tools, and do jobs in confined processes.

The only names outsiders use are the ones here; what runs in a confined process may also use `sandbox.rules` (reading
sources) and `sandbox.worlds` (playing canned worlds), which read what strangers wrote.
"""

from sandbox import manuals, overlaps, sqlite
from sandbox.capabilities import AMBIENT, CAPABILITIES
from sandbox.capabilities.email import FAILURES as MAIL_FAILURES
from sandbox.capabilities.email import sender_domains
from sandbox.capabilities.http import METHODS, READING, no_response
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax.mailboxes import Mailbox
from sandbox.capabilities.syntax.mailboxes import domain as mail_domain
from sandbox.capabilities.syntax.overrides import is_refused as is_refused_header
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.capabilities.traits import Excess
from sandbox.confined import Answered, Bounds, Confinement, Overrun
from sandbox.confined.children import Desk
from sandbox.confined.errands import Errands
from sandbox.contract import jsontext
from sandbox.contract.components import Call, Component
from sandbox.contract.findings import Finding, Severity
from sandbox.contract.hosts import Effect, Host, HostCall, HostReply
from sandbox.contract.limits import InvalidLimits, Limits
from sandbox.contract.outcomes import (
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
from sandbox.contract.placeholders import Placeholders, Slot
from sandbox.contract.placeholders import shown as shown_secret
from sandbox.contract.recent import Lru
from sandbox.exports import standalone as export_standalone
from sandbox.grants import REFUSED, Grant, InvalidGrant
from sandbox.image.artifacts import Image, Library
from sandbox.machine import images
from sandbox.machine.forks import BuildFailed
from sandbox.process.fair_shares import Shares
from sandbox.process.hardening import report as hardening_report
from sandbox.process.launching import launch
from sandbox.process.pools import Pool
from sandbox.process.supervision import SandboxBroken
from sandbox.process.worker_links import WorkerFailed

__all__ = [
    "AMBIENT",
    "CAPABILITIES",
    "MAIL_FAILURES",
    "METHODS",
    "READING",
    "REFUSED",
    "Answered",
    "Bounds",
    "BuildFailed",
    "Call",
    "Cancelled",
    "Component",
    "Confinement",
    "Desk",
    "Effect",
    "Errands",
    "Excess",
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
    "Library",
    "Limits",
    "Lru",
    "Mailbox",
    "Malformed",
    "Outcome",
    "Overrun",
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
    "export_standalone",
    "hardening_report",
    "images",
    "is_refused_header",
    "jsontext",
    "launch",
    "mail_domain",
    "manuals",
    "no_response",
    "overlaps",
    "sender_domains",
    "shown_secret",
    "sqlite",
]
