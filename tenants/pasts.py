"""The history gate: what a new version would have answered, and done, in the tool's last runs."""

import json

from sandbox import Component, Finding
from tenants import catalog, history
from tenants.history import Comparison
from tenants.models import Version
from tenants.runtime import Runtime

NAME = "history"
RUNS = 20
_SHOWN = 3


async def check(runtime: Runtime, version: Version, component: Component) -> list[Finding]:
    """Return a warning for runs that would have gone otherwise: whether they should have is for a person to say."""
    async with runtime.database.reading(version.tenant_id) as session:
        candidate = await catalog.of_version(session, version.id)
    compared = await history.compare(runtime, version.tenant_id, candidate, component, RUNS)
    other = [one for one in compared if one.differences]
    if not other:
        return []
    message = f"{len(other)} of the last {len(compared)} runs would have gone otherwise."
    hint = "Look at each before approving: POST .../versions/N/history shows all of them."
    return [Finding(NAME, "warning", message, hint), *(_told(one) for one in other[:_SHOWN])]


def _told(one: Comparison) -> Finding:
    first = one.differences[0]
    before, after = _brief(first["recorded"]), _brief(first["candidate"])
    return Finding(NAME, "warning", f"Run {one.run_id}: its {first['what']} was {before} and would be {after}.")


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:160] + "..."
