"""Dry runs: a draft, built and run in a canned world, before anything is submitted. Nothing is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime


async def dry_run(
    runtime: Runtime,
    actor: Actor,
    spec: Mapping[str, Any],
    source: str,
    cases: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Read, build and run a draft; return its findings and what each case did.

    `cases` are `{"arguments", "world"?}`, or stories; with none, the spec's own examples run, and those of its
    hold-outs that say what they expect. The real world is never touched. Raises InvalidError for a spec or a case that
    is not valid.
    """
    actor.require(Permission.TOOLS_AUTHOR)
    async with runtime.demanding(actor.tenant_id):
        return await runtime.prover.dry_run(actor.tenant_id, spec, source, cases)
