"""Values in, values out: build and run tools, and do jobs in confined processes.

The only names outsiders use are the ones here; what runs in a confined process may also use `sandbox.rules` (reading
sources) and `sandbox.worlds` (playing canned worlds), which read what strangers wrote.
"""

from sandbox import manuals, overlaps, sqlite
from sandbox.capabilities import AMBIENT, CAPABILITIES
from sandbox.capabilities.email import FAILURES as MAIL_FAILURES
from sandbox.capabilities.email import sender_domains, sender_not_allowed
from sandbox.capabilities.files import FILE_BYTES_MAX, FILES_MAX, LINK_S_DEFAULT, LISTED_MAX
from sandbox.capabilities.files import content as file_content
from sandbox.capabilities.http import METHODS, READING, hosts_named, no_response
from sandbox.capabilities.kv import ENTRIES_MAX as KV_ENTRIES_MAX
from sandbox.capabilities.kv import same as same_json
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.secret import in_the_clear, may_go_to, no_secret, wrong_host
from sandbox.capabilities.signatures import check_signature
from sandbox.capabilities.syntax import addresses, mail_messages, sql_text, web_requests
from sandbox.capabilities.syntax.mailboxes import Mailbox
from sandbox.capabilities.syntax.mailboxes import domain as mail_domain
from sandbox.capabilities.syntax.signing import signs_with_a_private_key
from sandbox.capabilities.syntax.tokens import SHOWN as ACCESS_TOKEN
from sandbox.capabilities.syntax.tokens import TokenAsked, is_of_token
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
    raised_in,
    said_in,
)
from sandbox.contract.placeholders import Placeholders, Slot
from sandbox.contract.placeholders import shown as shown_secret
from sandbox.contract.recent import Lru
from sandbox.exports import standalone as export_standalone
from sandbox.grants import REFUSED, Grant, InvalidGrant, admitted
from sandbox.image.artifacts import Image, Library
from sandbox.machine import images, leftovers
from sandbox.machine.forks import BuildFailed
from sandbox.process.fair_shares import Shares
from sandbox.process.hardening import report as hardening_report
from sandbox.process.launching import launch
from sandbox.process.pools import Pool
from sandbox.process.supervision import SandboxBroken
from sandbox.process.worker_links import WorkerFailed

__all__ = [
    "ACCESS_TOKEN",
    "AMBIENT",
    "CAPABILITIES",
    "FILES_MAX",
    "FILE_BYTES_MAX",
    "KV_ENTRIES_MAX",
    "LINK_S_DEFAULT",
    "LISTED_MAX",
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
    "TokenAsked",
    "Trapped",
    "UnsafeUrl",
    "Url",
    "WorkerFailed",
    "addresses",
    "admitted",
    "check_signature",
    "export_standalone",
    "file_content",
    "hardening_report",
    "hosts_named",
    "images",
    "in_the_clear",
    "is_of_token",
    "jsontext",
    "launch",
    "leftovers",
    "mail_domain",
    "mail_messages",
    "manuals",
    "may_go_to",
    "no_response",
    "no_secret",
    "overlaps",
    "raised_in",
    "said_in",
    "same_json",
    "sender_domains",
    "sender_not_allowed",
    "shown_secret",
    "signs_with_a_private_key",
    "sql_text",
    "sqlite",
    "web_requests",
    "wrong_host",
]
