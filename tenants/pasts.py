"""The history gate: what a new version would have answered, and done, in the tool's last runs."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from sandbox import Component, Finding
from tenants import catalog, history
from tenants.gates.comparing import MISSING, difference
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
    hint = (
        "Look at each before approving: POST .../versions/N/history shows all of them, and the dashboard side by side."
    )
    return [Finding(NAME, "warning", message, hint), *(told(one) for one in other[:_SHOWN])]


def told(one: Comparison) -> Finding:
    """Say in a sentence what would have gone otherwise, and what to do about it."""
    said = {other["what"]: other for other in one.differences}
    for what, tell in _TELLING.items():
        if what in said:
            sentence, hint = tell(said[what]["recorded"], said[what]["candidate"])
            more = (
                f" So would its {' and its '.join(other for other in said if other != what)}." if len(said) > 1 else ""
            )
            return Finding(NAME, "warning", f"Run {one.run_id}: {sentence}{more}", hint)
    raise AssertionError(said)


def _asked(before: Any, after: Any) -> tuple[str, str]:
    del before
    request = _brief(after["request"])
    said = f"this version asks for {after['call']} with {request}, which the recorded run never did. Nobody knows what "
    hint = "If the new request is meant, prove it by an example; if not, ask for the same as before."
    return f"{said}it would have been told, so the comparison ends there.", hint


def _outcome(before: Any, after: Any) -> tuple[str, str]:
    hint = "If this call should end otherwise now, add it as an example; if not, mend what made the difference."
    return f"it {_ENDED.get(before, before)}; this version {_WOULD.get(after, after)}.", hint


def _result(before: Any, after: Any) -> tuple[str, str]:
    hint = "If the new answer is right, add the call as an example so that it stays right; if not, mend it."
    found = difference(before, after)
    if found is None or not found.path:
        return f"it answered {_brief(before)}; this version would answer {_brief(after)}.", hint
    one, other = _shown(found.expected), _shown(found.got)
    return f"in its answer, {found.path} was {one} and would be {other}.", hint


def _error(before: Any, after: Any) -> tuple[str, str]:
    hint = "Callers may act on an error's code: keep it, unless the change is meant."
    if before is None or after is None:
        given = after if before is None else before
        return f"it {'would give' if before is None else 'gave'} the error {_brief(given)}.", hint
    if before.get("code") != after.get("code"):
        return f"its error was {before.get('code')} and would be {after.get('code')}.", hint
    one, other = _brief(before.get("message")), _brief(after.get("message"))
    return f"its error {before.get('code')} said {one} and would say {other}.", hint


def _effects(before: Any, after: Any) -> tuple[str, str]:
    hint = "Compare the calls in the run's journal; a new effect needs a key of its own, and a missing one a reason."
    was, would = Counter(one["call"] for one in before), Counter(one["call"] for one in after)
    if was == would:
        return f"it would do as many things ({_listed(would)}), but not the same: what it asks for differs.", hint
    return f"it did {_listed(was)} and would do {_listed(would)}.", hint


def _listed(calls: Counter[str]) -> str:
    return ", ".join(f"{call} {count} time{'s' if count > 1 else ''}" for call, count in calls.items()) or "nothing"


_ENDED = {"returned": "gave a result", "failed": "failed"}
_WOULD = {
    "returned": "gives a result",
    "failed": "fails",
    "refused": "is refused",
    "exhausted": "runs out of a limit",
    "trapped": "crashes",
    "cancelled": "is cancelled",
}
_TELLING: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "asked": _asked,
    "outcome": _outcome,
    "result": _result,
    "error": _error,
    "effects": _effects,
}


def _shown(value: object) -> str:
    return "not there" if value is MISSING else _brief(value)


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:160] + "..."
