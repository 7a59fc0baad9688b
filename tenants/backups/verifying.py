"""Whether what was restored is what was there: chains of audit events, contents of files, runs executed again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from tenants.backups.archives import Manifest
from tenants.backups.taking import name_of_content
from tenants.base.db import Database
from tenants.base.errors import ConflictError
from tenants.capabilities.files.buckets import Bucket, GoneError, StoreAwayError
from tenants.capabilities.files.files import key_of
from tenants.models import AuditEvent, Run, RunStatus, StoredFile, Tenant
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.rules import audit
from tenants.runs import replays
from tenants.runtime import Runtime


@dataclass(slots=True)
class Findings:
    """What was looked at, and `faults`, a sentence each. `not_comparable`: runs whose recording ends before they do."""

    events: int = 0
    files: int = 0
    runs_alike: int = 0
    not_comparable: int = 0
    faults: list[str] = field(default_factory=list[str])


async def look_through(runtime: Runtime, bucket: Bucket, manifest: Manifest, runs_max: int) -> Findings:
    """Chains and contents all of them, and the newest `runs_max` runs."""
    findings = Findings()
    await _follow_chains(runtime.database, findings)
    await _compare_contents(runtime.database, bucket, manifest, findings)
    await _replay(runtime, runs_max, findings)
    return findings


async def _follow_chains(database: Database, findings: Findings) -> None:
    async with database.system_reading() as session:
        tenants = (await session.execute(select(Tenant.id, Tenant.slug))).all()
        for tenant_id, slug in tenants:
            chain = select(AuditEvent).where(AuditEvent.tenant_id == tenant_id).order_by(AuditEvent.seq)
            events = [audit.exported(event) for event in await session.scalars(chain)]
            findings.events += len(events)
            findings.faults += [f"{slug}: {fault}" for fault in audit.verify(events)]


async def _compare_contents(database: Database, bucket: Bucket, manifest: Manifest, findings: Findings) -> None:
    async with database.system_reading() as session:
        files = (await session.execute(select(StoredFile.tenant_id, StoredFile.path, StoredFile.blob))).all()
    for tenant_id, path, blob in files:
        digest, _ = manifest.files.get(name_of_content(tenant_id, blob), ("", 0))
        try:
            same = hashlib.sha256(await bucket.get(key_of(tenant_id, blob))).hexdigest() == digest
        except (GoneError, StoreAwayError):
            same = False
        findings.files += 1
        findings.faults += [] if same else [f"The content of {path!r} of {tenant_id} is not as it was."]


async def _replay(runtime: Runtime, runs_max: int, findings: Findings) -> None:
    for run_id, actor in await _newest(runtime.database, runs_max):
        try:
            again = await replays.replay(runtime, actor, run_id)
        except ConflictError:
            findings.not_comparable += 1  # its version is gone: retired, or not kept
            continue
        if again.identical:
            findings.runs_alike += 1
        elif again.run is None or again.note is not None:
            findings.not_comparable += 1
        else:
            differing = ", ".join(str(one["what"]) for one in again.differences)
            findings.faults.append(f"The run {run_id} comes out otherwise: {differing}.")


async def _newest(database: Database, runs_max: int) -> Sequence[tuple[str, Actor]]:
    query = (
        select(Run.id, Run.tenant_id, Tenant.slug)
        .join(Tenant, Tenant.id == Run.tenant_id)
        .where(Run.status == RunStatus.FINISHED, Run.fuel_used > 0)
        .order_by(Run.id.desc())
        .limit(runs_max)
    )
    async with database.system_reading() as session:
        found = (await session.execute(query)).all()
    return [(run_id, _operator(tenant_id, slug)) for run_id, tenant_id, slug in found]


def _operator(tenant_id: str, slug: str) -> Actor:
    may = frozenset({Permission.RUNS_READ})
    return Actor(ActorKind.PLATFORM, "operator", "the operator", tenant_id, slug, None, may)
