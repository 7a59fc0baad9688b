"""After a new image: live versions are forked and proved anew, and keep their approval where nothing differs.

A version belongs to the image it was forked from; on another one its pages mean nothing. Until it is carried over it
runs on its own image, beside the new one (sandbox/process/other_images.py). What passes every gate as before, and
answers its past runs as before, is sealed again without a person, and the audit trail says so. What does not keeps its
old seal, goes on serving on its old image, and waits for a person's new version: its page, the first page, the audit
trail and webhooks say so (`version.left_behind`).
"""

import asyncio
import logging

from sqlalchemy import select

from tenants.base.errors import DatabaseAwayError
from tenants.models import Tenant, Version
from tenants.proving import history_gate, pipeline, served_images
from tenants.rules import audit
from tenants.rules.levels import Levels
from tenants.rules.policies import Policy
from tenants.runtime import Runtime
from tenants.tools import approvals, canaries, specs
from tenants.tools.version_states import State

log = logging.getLogger(__name__)
# Each is proved anew: more would take the machine from those who call.
_AT_ONCE = 2


async def carry(runtime: Runtime) -> int:
    """Carry the live versions of other images over to this one, if that is this process's to do. Returns how many."""
    await served_images.note_served(runtime)
    waiting = await _waiting(runtime)
    if not waiting or not await served_images.begin_carrying(runtime):
        return 0
    try:
        places = asyncio.Semaphore(_AT_ONCE)
        return sum(await asyncio.gather(*(_carried(runtime, places, each) for each in waiting)))
    finally:
        await served_images.end_carrying(runtime)


async def _waiting(runtime: Runtime) -> list[Version]:
    ours = runtime.image.digest
    tried = Version.left_behind_by.is_not_distinct_from(ours)
    async with runtime.database.system_reading() as session:
        others = (Version.state == State.LIVE.value, Version.image_digest != ours)
        found = await session.scalars(select(Version).where(*others, ~tried).order_by(Version.id))
        return [version for version in found if version.id not in runtime.stumbled_over]


async def _carried(runtime: Runtime, places: asyncio.Semaphore, version: Version) -> bool:
    """One that fails by a fault of ours is no reason to leave all others, of every tenant, where they are."""
    async with places:
        try:
            return await served_images.begin_carrying(runtime) and await _carry(runtime, version)
        except DatabaseAwayError:
            raise
        except Exception:
            log.exception("%s: %s/%s could not be carried over", version.tenant_id, version.tool_name, version.number)
            runtime.stumbled_over.add(version.id)
            return False


async def _leave(runtime: Runtime, version: Version) -> None:
    """Leave a version to a person, and say so once. It goes on serving on its own image."""
    log.warning("%s: %s/%s is left on another image", version.tenant_id, version.tool_name, version.number)
    async with runtime.database.unit(version.tenant_id) as session:
        row = await session.get_one(Version, version.id, with_for_update=True)
        row.left_behind_by = runtime.image.digest
        actor = canaries.platform(await session.get_one(Tenant, version.tenant_id))
        subject = f"{version.tool_name}/{version.number}"
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
        row.left_behind_by = None
        approvals.carry_over(session, actor, row, before["digest"] or "")
        after = {"digest": row.digest, "component_digest": row.component_digest, "image": row.image_digest}
        subject = f"{row.tool_name}/{row.number}"
        await audit.record(session, actor, "version.carried_over", subject, before=before, after=after)
        await specs.changed(session, version.tenant_id)
    return True
