"""Specs, their versions, approvals, and the audit trail."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tenants.base import ids
from tenants.base.db import Base, now
from tenants.base.tenancy import TenantOwned


class Tool(TenantOwned, Base):
    """A tool by name: its current spec, and a pointer to the version that serves."""

    __tablename__ = "tools"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "tol"))
    name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    # The spec as JSON, validated by tenants/tools/specs.py. A version freezes its own copy.
    spec: Mapped[dict[str, Any]]
    # Who wrote each hold-out of the spec, by its digest: see tenants/tools/holdouts.py. A version freezes this, too.
    holdout_authors: Mapped[dict[str, Any] | None]
    live_version: Mapped[int | None]
    last_version: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    retired_at: Mapped[datetime | None]
    # What callers are told of a tool that is to go: {"message", "replaced_by", "since", "by"}.
    deprecation: Mapped[dict[str, Any] | None]
    # When a deprecated tool is retired by itself.
    ends_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def title(self) -> str | None:
        return self.spec.get("title")

    @property
    def description(self) -> str:
        return self.spec["description"]

    @property
    def deprecation_notice(self) -> dict[str, Any] | None:
        """What callers are told of a tool that is to go, with the time of it: `deprecation` and `ends_at` as text."""
        if self.deprecation is None:
            return None
        return {**self.deprecation, "ends_at": self.ends_at.isoformat() if self.ends_at else None}


class Version(TenantOwned, Base):
    """One source for a spec. The state column is the queue: tenants/proving/pipeline.py claims and moves it."""

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("tool_id", "number"),
        Index("ix_versions_queue", "state", "lease_until"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "ver"))
    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), index=True)
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    spec: Mapped[dict[str, Any]]
    holdout_authors: Mapped[dict[str, Any] | None]
    source: Mapped[str | None] = mapped_column(Text)
    # What generation was asked for, when a model writes the source: {"instructions": ...}.
    generate: Mapped[dict[str, Any] | None]
    component_digest: Mapped[str | None] = mapped_column(String(64))
    image_digest: Mapped[str | None] = mapped_column(String(64))
    # What counted its fuel when it was proved (Pool.meter): its limit is meant in such units. None before that.
    meter: Mapped[str | None] = mapped_column(String(20))
    # The image on which it did not answer as before: there it is not tried again, and waits for a person.
    left_behind_by: Mapped[str | None] = mapped_column(String(64))
    # zstd of the changed pages: with the image, this is the component.
    patch: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    # Binds source, schemas, description, grant, limits, component and report: what an approval is for.
    digest: Mapped[str | None] = mapped_column(String(64))
    findings: Mapped[list[Any]] = mapped_column(default=list)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    author: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def is_left_behind(self) -> bool:
        """Whether it serves on an earlier image because it does not answer as before on a later one."""
        return self.left_behind_by is not None

    @property
    def visible_findings(self) -> list[Any]:
        """The findings for whoever may read the version, who may not read runs: see tenants/proving/history_gate.py."""
        return _without_runs(self.findings)

    @property
    def visible_report(self) -> dict[str, Any]:
        """The report for the same: without its reviews, and with such findings."""
        report = {name: part for name, part in self.report.items() if name != "reviews"}
        gates: list[dict[str, Any]] = report.get("gates", [])
        return {**report, "gates": [{**gate, "findings": _without_runs(gate.get("findings", []))} for gate in gates]}


def _without_runs(findings: list[Any]) -> list[Any]:
    """Findings of older versions quote runs."""
    return [one for one in findings if one["gate"] != "history" or not one["message"].startswith("Run run_")]


class Canary(TenantOwned, Base):
    """A share of a tool's calls that a newer approved version serves beside the one before. Runs until `ended_at`."""

    __tablename__ = "canaries"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "can"))
    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), index=True)
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    version: Mapped[int]
    baseline: Mapped[int]  # the version that serves the rest
    percent: Mapped[int]
    # Calls after which it takes over by itself, when it has done no worse; None: a person decides.
    promotes_after: Mapped[int | None]
    started_by: Mapped[dict[str, Any]]
    started_at: Mapped[datetime] = mapped_column(default=now)
    # The window that is compared begins with each share anew.
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(12))  # promoted | stopped | rolled_back | replaced
    figures: Mapped[dict[str, Any] | None]  # as they were at its end


# One at a time for each tool; and those that run are found without reading those that ran.
Index(
    "ix_canaries_running",
    Canary.tool_id,
    unique=True,
    sqlite_where=Canary.ended_at.is_(None),
    postgresql_where=Canary.ended_at.is_(None),
)


class Approval(TenantOwned, Base):
    """A person's yes or no to exactly one digest."""

    __tablename__ = "approvals"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "apr"))
    version_id: Mapped[str] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(10))  # approve | reject | withdraw (its author)
    reason: Mapped[str | None] = mapped_column(Text)
    # What was said to the questions of the gates: [{"question", "answer"}].
    answers: Mapped[list[Any] | None]
    actor: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class LineComment(TenantOwned, Base):
    """What somebody says of a line of a version's source: see tenants/writing/line_comments.py."""

    __tablename__ = "line_comments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "lcm"))
    version_id: Mapped[str] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]  # from 1
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    # Who says that it has been answered, and when; it may be taken back.
    settled_by: Mapped[dict[str, Any] | None]
    settled_at: Mapped[datetime | None]


class OutsideCases(TenantOwned, Base):
    """Cases by somebody who wrote no version of the tool: see tenants/proving/outside_cases.py."""

    __tablename__ = "outside_cases"

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "oca"))
    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), index=True)
    tool_name: Mapped[str] = mapped_column(String(ids.TOOL_NAME_CHARACTERS_MAX))
    # The digest of the schemas that they were written for.
    promise: Mapped[str] = mapped_column(String(64))
    # As a spec has them.
    holdouts: Mapped[list[Any]]
    always: Mapped[list[Any]]
    author: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class SourceReading(TenantOwned, Base):
    """That a person has been shown the source of a tool's version: see tenants/tools/source_readings.py."""

    __tablename__ = "source_readings"

    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), primary_key=True)
    # The person, also where a key or an agent of theirs was shown it.
    reader: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Of which version first, and when.
    version: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(default=now)


class AuditEvent(TenantOwned, Base):
    """One link of the tenant's hash chain: `hash` covers `prior_hash` and everything else in the row."""

    __tablename__ = "audit_events"
    __table_args__ = (UniqueConstraint("tenant_id", "seq"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True, default=partial(ids.new, "evt"))
    seq: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    actor: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    prior_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ToolText(TenantOwned, Base):
    """What is found of one tool: of what was approved when it is live, of its spec before that.

    On SQLite the virtual table `tool_words` (FTS5) follows this one by triggers and reads it by `id`; on PostgreSQL
    the column `words` is generated from it. Both are made by a migration, and only
    tenants/tools/full_text.py reads them.
    """

    __tablename__ = "tool_texts"

    # A number, because that is what FTS5 refers to rows by.
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tool_id: Mapped[str] = mapped_column(ForeignKey("tools.id", ondelete="CASCADE"), unique=True)
    # The live version whose words these are; empty for those of the spec.
    version_id: Mapped[str] = mapped_column(String(40), default="")
    # Plain words with spaces between them: lower case, no accents.
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    arguments: Mapped[str] = mapped_column(Text)


class ServedImage(Base):
    """An image that processes serve, whichever they are. Of those served now, the one that came last is carried to."""

    __tablename__ = "images"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    # The one process that carries versions over to it, and until when that stands without a sign of life.
    carrier: Mapped[str | None] = mapped_column(String(40))
    carrier_until: Mapped[datetime | None]
