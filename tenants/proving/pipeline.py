"""The pipeline: claims one version at a time and moves it one state. The state column is the queue.

A claim is a lease with a fence: whoever was slow, or dead, and comes back finds its fence gone and writes nothing.
Building and proving happen between transactions, never inside one.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Component, Finding
from tenants.base import leases
from tenants.base.db import now, wake
from tenants.confinement.reports import Report
from tenants.models import Tenant, Version
from tenants.proving import history_gate, outside_cases, second_implementation
from tenants.rules.levels import Levels
from tenants.rules.policies import Policy
from tenants.runtime import Runtime
from tenants.tools import approvals, versions
from tenants.tools.version_states import WORKING, State
from tenants.writing import generation

log = logging.getLogger(__name__)
_POLL_S = 1.0
# A version whose checking has broken down so often is given up, instead of breaking it again for ever.
_CLAIMS_MAX = 5


async def work(runtime: Runtime) -> None:
    """Move versions as long as this runs: at once when one is submitted, else looking every second."""
    await _release_orphans(runtime)
    while True:
        try:
            while await step(runtime):
                pass
        except Exception:
            # The database is away, or a defect of ours: say so, and go on looking.
            log.exception("the pipeline stumbled")
        await runtime.events.sleep(versions.QUEUE, _POLL_S)


async def step(runtime: Runtime) -> bool:
    """Claim one version and move it one state. False: nothing waits, or only of tenants that have all they may.

    Tenants take turns, whoever has more waiting or had it there earlier.
    """
    async with runtime.database.system_reading() as session:
        waiting = await session.scalars(select(Version.tenant_id).where(versions.waiting()).distinct())
    for tenant_id in runtime.builds.order(waiting):
        if runtime.builds.begin(tenant_id):
            try:
                version = await claim(runtime, tenant_id)
                if version is not None:
                    await _move(runtime, version)
                    return True
            finally:
                runtime.builds.end(tenant_id)
    return False


async def _move(runtime: Runtime, version: Version) -> None:
    began = monotonic()
    try:
        await _keep(runtime, version, advance(runtime, version))
        await _count(runtime, version, monotonic() - began)
    except Exception:
        log.exception("version %s of %s could not be checked", version.number, version.tool_name)
        await _stumbled(runtime, version)


async def _count(runtime: Runtime, version: Version, seconds: float) -> None:
    async with runtime.database.reading(version.tenant_id) as session:
        state = await session.scalar(select(Version.state).where(Version.id == version.id))
    if state is not None and State(state) not in WORKING:
        runtime.metrics.judged(state, seconds)


async def claim(runtime: Runtime, tenant_id: str | None = None) -> Version | None:
    """Take the version that has waited longest, of one tenant or of all."""
    query = select(Version).where(versions.waiting()).order_by(Version.id).limit(1)
    if tenant_id is not None:
        query = query.where(Version.tenant_id == tenant_id)
    async with runtime.database.system() as session:
        version = await session.scalar(query.with_for_update(skip_locked=True))
        if version is None:
            return None
        version.lease_owner, version.lease_until = str(runtime.owner), leases.until()
        version.fence += 1
        if version.state == State.DRAFT:
            versions.move(session, version, State.CHECKING if version.source is not None else State.GENERATING)
        return version


async def _keep(runtime: Runtime, version: Version, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, with a sign of life now and then; drop it when somebody else has taken the version."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=leases.HEARTBEAT_S)
            if not task.done() and not await _renew(runtime, version):
                return
        task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _renew(runtime: Runtime, version: Version) -> bool:
    async with runtime.database.unit(version.tenant_id) as session:
        renewed = await session.scalars(
            update(Version)
            .where(Version.id == version.id, Version.fence == version.fence)
            .values(lease_until=leases.until())
            .returning(Version.id)
        )
        return renewed.one_or_none() is not None


async def advance(runtime: Runtime, version: Version) -> None:
    if version.state == State.GENERATING:
        await _generate(runtime, version)
    else:
        await _check(runtime, version)


async def _generate(runtime: Runtime, version: Version) -> None:
    """Have the source written, each attempt built and proved on the way; what comes of it is checked once more."""
    result = await generation.write(runtime, version, partial(_judge, runtime, version))
    if result.source is None:
        report = Report()
        report.add(generation.GATE, result.findings, monotonic())
        await _settle(runtime, version, report, None, [])
        return
    async with runtime.database.unit(version.tenant_id) as session:
        row = await _ours(session, version)
        if row is not None:
            row.source = result.source
            _let_go(row)
            versions.move(session, row, State.CHECKING)
            wake(session, versions.QUEUE)


async def _judge(runtime: Runtime, version: Version, source: str) -> list[Finding]:
    report, _, _ = await _examine(runtime, version, source)
    return report.findings


async def _check(runtime: Runtime, version: Version) -> None:
    report, component, outside = await _examine(runtime, version, version.source or "")
    if report.passed and component is not None:
        started = monotonic()
        # A copy: the verdict may be kept, and what has been run since is no part of it.
        report = Report([*report.gates], [*report.findings])
        found = await history_gate.check(runtime, version, component)
        _tell(runtime, version, report.add(history_gate.NAME, found, started))
        started = monotonic()
        asked = await second_implementation.compare(runtime, version)
        if asked is not None:
            _tell(runtime, version, report.add(second_implementation.NAME, asked, started))
    await _settle(runtime, version, report, component, outside)


async def _examine(
    runtime: Runtime, version: Version, source: str
) -> tuple[Report, Component | None, list[dict[str, Any]]]:
    """Put a source through everything, as strictly as its tenant wants it, with what others have written of cases.

    Last comes who those are.
    """
    async with runtime.database.reading(version.tenant_id) as session:
        policy = Policy.of(await session.get_one(Tenant, version.tenant_id))
        outside = await outside_cases.beside(session, version)
    levels = Levels(policy.gates, policy.warnings_block, policy.questions_block)
    tell = partial(_tell, runtime, version)
    verdict = await runtime.prover.examine(version.tenant_id, outside.spec, source, tell, levels)
    return verdict.report, verdict.component, outside.by


def _tell(runtime: Runtime, version: Version, entry: dict[str, Any]) -> None:
    data = {"tool": version.tool_name, "version": version.number, **entry}
    runtime.events.publish(version.tenant_id, "version.gate", data)


async def _settle(
    runtime: Runtime, version: Version, report: Report, component: Component | None, outside: list[dict[str, Any]]
) -> None:
    """Write what was found, and move the version to where it goes: to a person, or back to its author."""
    async with runtime.database.unit(version.tenant_id) as session:
        row = await _ours(session, version)
        if row is None:
            return
        _let_go(row)
        if report.passed and (await outside_cases.beside(session, row)).by != outside:
            wake(session, versions.QUEUE)  # somebody wrote cases meanwhile: once more, with them
            return
        row.report = {**row.report, "outside": outside}
        enter(row, component, report)
        row.meter = runtime.pool.meter
        versions.move(session, row, State.AWAITING_APPROVAL if report.passed else State.REJECTED)


def enter(row: Version, component: Component | None, report: Report) -> None:
    """Put what was built and found into a version's row; what passed gets the digest that a reviewer judges."""
    if component is not None:
        row.component_digest, row.image_digest, row.patch = component.digest, component.image, component.patch
    row.findings = [asdict(finding) for finding in report.findings]
    row.report = {**row.report, "gates": report.gates, "reviews": row.report.get("reviews", [])}
    if report.passed:
        parts = approvals.review_parts(row)
        row.digest = approvals.review_digest(row)
        row.report = {**row.report, "reviews": [*row.report["reviews"], {"digest": row.digest, "parts": parts}]}


async def _ours(session: AsyncSession, version: Version) -> Version | None:
    """The version's row, locked, unless another process has claimed it since."""
    return await session.scalar(
        select(Version)
        .where(Version.id == version.id, Version.fence == version.fence, Version.state == version.state)
        .with_for_update()
    )


def _let_go(row: Version) -> None:
    row.lease_owner, row.lease_until = None, None


async def _stumbled(runtime: Runtime, version: Version) -> None:
    """Our own failure, not the version's: try again later, each time later, and in the end say so."""
    if version.fence >= _CLAIMS_MAX:
        finding = Finding(
            "pipeline", "error", "This version could not be checked, because of a defect of ours.",
            "Submit it again; if that does not help, tell the operator, who finds the reason in the log.",
        )  # fmt: skip
        report = Report()
        report.add("pipeline", [finding], monotonic())
        await _settle(runtime, version, report, None, [])
        return
    async with runtime.database.unit(version.tenant_id) as session:
        row = await _ours(session, version)
        if row is not None:
            row.lease_until = now() + timedelta(seconds=2**version.fence)


async def _release_orphans(runtime: Runtime) -> None:
    """Give back at once what processes held that we can see are gone: ours from before a restart, above all."""
    async with runtime.database.system() as session:
        held = await session.scalars(
            select(Version).where(
                Version.state.in_([state.value for state in WORKING]), Version.lease_owner.is_not(None)
            )
        )
        for version in held:
            if runtime.owner.sees_gone(leases.Owner.parse(version.lease_owner or "")):
                _let_go(version)
