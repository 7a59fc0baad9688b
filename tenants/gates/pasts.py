"""The history gate's words: what a new version would have answered, and done, otherwise than the tool's last runs.

`Mapping`s are comparisons as tenants/proving/history.py gives them: `{"run", "differences": [{"what", ...}]}`.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sandbox import CAPABILITIES, Finding
from tenants.gates.trial.comparing import MISSING, difference

NAME = "history"
_HINT = (
    "Look at each before approving: POST .../versions/N/history shows all of them to who may read runs, and the "
    "dashboard side by side."
)


def summed_up(compared: Sequence[Mapping[str, Any]], promised: object) -> Finding:
    """Say of how many runs something differs, and where; `promised` is the output schema that serves now."""
    other = [one for one in compared if one["differences"]]
    places = Counter(place for one in other for place in _places(one, promised))
    where = "; ".join(f"{place}, in {count}" for place, count in sorted(places.items()))
    message = f"{len(other)} of the last {len(compared)} runs would have gone otherwise: {where}."
    return Finding(NAME, "warning", message, _HINT)


def _places(one: Mapping[str, Any], promised: object) -> set[str]:
    """Where a run would have gone otherwise, each in words of our own."""
    said = {other["what"]: other for other in one["differences"]}
    if "asked" in said:
        capability = str(said["asked"]["candidate"]["call"]).partition(".")[0]
        return {f"it asks {capability if capability in CAPABILITIES else 'the outside'} for something else"}
    places = {"what it does outside"} if "effects" in said else set[str]()
    if "outcome" in said:
        return places | {"how it ends"}
    if "error" in said:
        places.add("its error")
    if "result" in said:
        found = difference(said["result"]["recorded"], said["result"]["candidate"])
        places.add(f"its answer at {_named(found.path, promised)}" if found and found.path else "its answer")
    return places


def _named(path: str, schema: object) -> str:
    """A path as the schema names it. What it does not name is `*`: a key can be data, and so can a position."""
    named: list[str] = []
    for step in path.split("/")[1:]:
        inside = _object(schema)
        properties = _object(inside.get("properties"))
        named.append(step if step in properties else "*")
        schema = properties.get(step, inside.get("items") if step.isdigit() else None)
    return "/" + "/".join(named)


def _object(given: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}


def told(one: Mapping[str, Any]) -> Finding:
    """Say in a sentence what would have gone otherwise, and what to do about it: for who may read the run."""
    said = {other["what"]: other for other in one["differences"]}
    for what, tell in _TELLING.items():
        if what in said:
            sentence, hint = tell(said[what]["recorded"], said[what]["candidate"])
            more = (
                f" So would its {' and its '.join(other for other in said if other != what)}." if len(said) > 1 else ""
            )
            return Finding(NAME, "warning", f"Run {one['run']}: {sentence}{more}", hint)
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
