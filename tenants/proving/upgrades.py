"""After a new image: live versions are forked and proved anew, and keep their approval where nothing differs.

A version belongs to the image it was forked from; on another one its pages mean nothing. What passes every gate as
before, and answers its past runs as before, is sealed again without a person, and the audit trail says so. What does
not keeps its old seal: it is not run on the new image (sandbox/process/pools.py) and waits for a person's new version.
"""

import logging

from sqlalchemy import select

from tenants.models import Tenant, Version
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
    return sum([await _carry(runtime, version) for version in versions])


async def _carry(runtime: Runtime, version: Version) -> bool:
    async with runtime.database.reading(version.tenant_id) as session:
        policy = Policy.of(await session.get_one(Tenant, version.tenant_id))
    levels = Levels(policy.gates, policy.warnings_block)
    verdict = await runtime.prover.examine(
        version.tenant_id, version.spec, version.source or "", lambda _: None, levels
    )
    report, component = verdict.report, verdict.component
    if component is None or not report.passed or await history_gate.check(runtime, version, component):
        runtime.left_behind.add(version.id)
        log.warning("%s/%s does not carry over to the new image", version.tool_name, version.number)
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
