"""For every table, how long its rows are kept, or why they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from tenants.models import (
    ApiKey,
    Approval,
    Delivery,
    Exchange,
    OAuthCode,
    OAuthDeviceCode,
    OAuthGrant,
    OAuthRefreshToken,
    StoredFile,
    Tool,
    UserSession,
    Version,
)

LEAST_DAYS, MOST_DAYS = 2, 36_500


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table that go `days` after what `over` looks at: it is given the moment before which that lies."""

    name: str
    table: Any
    days: int
    over: Callable[[datetime], ColumnElement[bool]]
    says: str


RULES = (
    Rule(
        "deliveries", Delivery, 30, lambda at: (Delivery.state != "waiting") & (Delivery.created_at < at),
        "what webhooks were told, or given up to tell",
    ),
    Rule("exchanges", Exchange, 400, lambda at: Exchange.created_at < at, "what was said to models, and what it cost"),
    Rule(
        "rejected_versions", Version, 180, lambda at: (Version.state == "rejected") & (Version.updated_at < at),
        "versions that did not pass, with their findings",
    ),
    Rule("sessions", UserSession, 30, lambda at: UserSession.expires_at < at, "sessions of browsers that are over"),
    Rule("api_keys", ApiKey, 400, lambda at: ApiKey.revoked_at < at, "API keys that were revoked"),
    Rule("grants", OAuthGrant, 90, lambda at: OAuthGrant.revoked_at < at, "what agents were granted and lost again"),
    # An old token that is shown again ends its grant: for as long as it is known.
    Rule(
        "refresh_tokens", OAuthRefreshToken, 30,
        lambda at: (OAuthRefreshToken.expires_at < at) | (OAuthRefreshToken.used_at < at),
        "refresh tokens that are over or were used",
    ),
    Rule("codes", OAuthCode, 7, lambda at: OAuthCode.expires_at < at, "codes of authorizations that are over"),
    Rule("device_codes", OAuthDeviceCode, 7, lambda at: OAuthDeviceCode.expires_at < at, "codes of devices, likewise"),
)  # fmt: skip

# Kept by no rule here. A new table is in one of the two lists.
ELSEWHERE: Mapping[str, str] = {
    "runs": "finished ones go by each tenant's policy, run_retention_days",
    "journal_entries": "with their run",
    "questions": "with their run",
    "notices": "two days, by whoever tells webhooks",
    "attempts": "an hour, by housekeeping",
    "mail_tokens": "until they are over, by housekeeping",
    "outgoing_letters": "until they are sent or given up, minutes later",
    "sign_ins": "minutes, with the next sign-in",
    "second_steps": "minutes, with the next sign-in",
    "invitations": "until used or over",
    "day_uses": "days, with the next use",
    "run_charges": "days, with the next use",
    "oauth_clients": "those that nobody ever granted anything, with the next registration",
    "audit_events": "for good: a chain that loses its beginning proves nothing",
    "ledger_entries": "for good: they say what has happened and must not happen again",
    "versions": "those that were ever live, for good: runs and approvals name them",
    Approval.__tablename__: "with their version",
    "images": "sixty days after the last sign of life of a process that serves it, with the next",
    "line_comments": "with their version",
    "canaries": "with their tool: how a version came to serve",
    "outside_cases": "with their tool",
    "source_readings": "with their tool: who has seen a source once has seen it",
    Tool.__tablename__: "the tenant's own",
    "tool_texts": "with their tool",
    "kv_entries": "the tenant's own, within its stored_bytes",
    StoredFile.__tablename__: "the tenant's own, within its stored_bytes",
    "stored_bytes": "a few rows a tenant",
    "use_tallies": "a minute, by who counts next",
    "secrets": "the tenant's own",
    "connections": "the tenant's own",
    "webhooks": "the tenant's own",
    "alert_rules": "the tenant's own",
    "schedules": "the tenant's own",
    "identity_providers": "the tenant's own",
    "identities": "with their person",
    "memberships": "until somebody leaves",
    "tenant_keys": "one a tenant, since renewing removes the old",
    "content_keys": "as long as a run may be sealed with them",
    "oauth_signing_keys": "a few: tokens of years ago are told from forged ones",
    "tenants": "until the operator deletes them",
    "users": "until they, or their tenant, are deleted",
    "totps": "with their person",
    "passkeys": "with their person",
    "recovery_codes": "with their person",
}


def days_of(given: Mapping[str, int]) -> dict[str, int]:
    """How many days each rule keeps, where `given` says other than usual. Raises ValueError."""
    known = {rule.name: rule.days for rule in RULES}
    for name, days in given.items():
        if name not in known or not LEAST_DAYS <= days <= MOST_DAYS:
            raise ValueError(f"Write NAME=DAYS, {LEAST_DAYS} to {MOST_DAYS:,} days, of: {', '.join(known)}.")
    return {**known, **given}
