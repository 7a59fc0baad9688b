"""After a new image: live versions are forked and proved anew, and keep their approval where nothing differs.

A version belongs to the image it was forked from; on another one its pages mean nothing. What passes every gate as
before, and answers its past runs as before, is sealed again without a person, and the audit trail says so. What does
not keeps its old seal: it is not run on the new image (sandbox/process/pools.py), waits for a person's new version, and
the audit trail and webhooks tell of it (`version.left_behind`).
"""

import logging

from sqlalchemy import select

from tenants.base.errors import DatabaseAwayError
from tenants.models import AuditEvent, Tenant, Version
from tenants.proving import history_gate, pipeline
from tenants.rules import audit
from tenants.rules.levels import Levels
from tenants.rules.policies import Policy
from tenants.runtime import Runtime
from tenants.tools import approvals, canaries, specs
from tenants.tools.version_states import State

log = logging.getLogger(__name__)


async def carry(runtime: Runtime) -> int:
    """Carry the live versions of other images over to this one. Returns how many were carried."""
    async with runtime.database.system_reading() as session:
        waiting = await session.scalars(
            select(Version).where(
                Version.state == State.LIVE.value,
                Version.image_digest != runtime.image.digest,
                Version.id.not_in(runtime.left_behind),
            )
        )
        versions = list(waiting)
    return sum([await _carried(runtime, version) for version in versions])


async def _carried(runtime: Runtime, version: Version) -> bool:
    """One that fails by a fault of ours is no reason to leave all others, of every tenant, where they are."""
    try:
        return await _carry(runtime, version)
    except DatabaseAwayError:
        raise
    except Exception:
        log.exception("%s: %s/%s could not be carried over", version.tenant_id, version.tool_name, version.number)
        await _leave(runtime, version)
        return False


async def _leave(runtime: Runtime, version: Version) -> None:
    """Leave a version to a person, and say so once: its calls fail until there is a new one."""
    runtime.left_behind.add(version.id)
    log.warning("%s: %s/%s is left on another image", version.tenant_id, version.tool_name, version.number)
    subject = f"{version.tool_name}/{version.number}"
    earlier = select(AuditEvent.details).where(
        AuditEvent.action == "version.left_behind", AuditEvent.subject == subject
    )
    async with runtime.database.unit(version.tenant_id) as session:
        told = (await session.scalars(earlier)).all()
        if not any(details["image"] == runtime.image.digest for details in told):
            actor = canaries.platform(await session.get_one(Tenant, version.tenant_id))
            await audit.record(session, actor, "version.left_behind", subject, image=runtime.image.digest)


async def _carry(runtime: Runtime, version: Version) -> bool:
    async with runtime.database.reading(version.tenant_id) as session:
        policy = Policy.of(await session.get_one(Tenant, version.tenant_id))
    levels = Levels(policy.gates, policy.warnings_block, policy.questions_block)
    verdict = await runtime.prover.examine(
        version.tenant_id, version.spec, version.source or "", lambda _: None, levels
    )
    report, component = verdict.report, verdict.component
    if component is None or not report.passed or await history_gate.check(runtime, version, component):
        await _leave(runtime, version)
        return False
    async with runtime.database.unit(version.tenant_id) as session:
        row = await session.get_one(Version, version.id, with_for_update=True)
        if row.state != State.LIVE or row.image_digest != version.image_digest:
            return False  # somebody was faster, or has decided otherwise
        actor = canaries.platform(await session.get_one(Tenant, version.tenant_id))
        before = {"digest": row.digest, "component_digest": row.component_digest, "image": row.image_digest}
        pipeline.enter(row, component, report)
        approvals.carry_over(session, actor, row, before["digest"] or "")
        after = {"digest": row.digest, "component_digest": row.component_digest, "image": row.image_digest}
        subject = f"{row.tool_name}/{row.number}"
        await audit.record(session, actor, "version.carried_over", subject, before=before, after=after)
        await specs.changed(session, version.tenant_id)
    return True
