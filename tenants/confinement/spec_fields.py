"""What a spec is made of, as tables: the fields of a spec and of a case, what each holds, and what it is when left out.

Who checks specs (tenants/confined/spec_rules.py) goes by them, and so do the guide and the schema for editors, so that
what an author reads is what is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sandbox import AMBIENT, CAPABILITIES, Limits
from tenants.base import ids
from tenants.rules.mcp_tools import OwnTool

SPEC_BYTES_MAX = 1 << 20
CASES_MAX = 200
INVARIANTS_MAX = 20
EQUIVALENT_MAX = 10
# Of a story.
CALLS_MAX = 20
# What a tool does to the world, and what that promises whoever calls it.
EFFECTS: Mapping[str, str] = {
    "read": "changes nothing outside itself; what it keeps for itself (`kv` under `tool/`) does not count",
    "idempotent": "changes things; called again with the same arguments it does nothing anew",
    "destructive": "each call may do it once more, or overwrite or delete what was there",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand in one field. `says` is for authors; `shape` is JSON Schema, for editors and models.

    `shape` is never narrower than the check, which finds more and has better words. `default`: what the field is when
    it is left out. `is_answer`: what a case expects, which of a hold-out nobody but its writer sees. `is_later`: older
    specs have not got it, so an empty one is not kept.
    """

    says: str
    shape: Mapping[str, Any]
    required: bool = False
    default: Any = None
    is_answer: bool = False
    is_later: bool = False


_TEXT = {"type": "string", "minLength": 1}
_OBJECT = {"type": "object"}
_SCHEMA = {"type": "object", "properties": {"type": {"const": "object"}}, "required": ["type"]}
_PERMITS = {"type": "array", "minItems": 1, "items": {"type": "string"}}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


CALL: Mapping[str, Field] = {
    "arguments": Field("what the tool is called with", _OBJECT, required=True),
    "result": Field("exactly what comes back: this or `error`", {}, is_answer=True),
    "error": Field(
        'the code of the `ToolError`, or `{"code", "message"}`',
        {
            "type": ["string", "object"],
            "minLength": 1,
            "required": ["code"],
            "properties": {"code": _TEXT, "message": {"type": "string"}},
        },
        is_answer=True,
    ),
    "done": Field(
        "all that is done, see below",
        {"type": ["object", "null"]},
        is_answer=True,
    ),
    "after": Field("what is there afterwards", {"type": ["object", "null"]}, is_answer=True),
    "meanwhile": Field("what happens since the call before it", {"type": ["object", "null"]}),
}
"""The fields of one call of a story."""
CASE: Mapping[str, Field] = {
    "title": Field("what it shows, in a few words", {"type": "string"}),
    "world": Field("the canned world it runs in; left out: an empty one", {"type": ["object", "null"]}),
    **{name: replace(field, required=False) for name, field in CALL.items() if name != "meanwhile"},
    "calls": Field(
        "a story, instead of all but `title` and `world`: several calls in one world, each with the fields above and, "
        "from the second on, `meanwhile`: `later: 1 day` (else a minute), and what is new in its world (null: gone; "
        "`sql`: statements; `ledger` has `released`, too)",
        {"type": "array", "maxItems": CALLS_MAX, "items": _OBJECT},
    ),
}
"""The fields of an example or a hold-out: one call, or `calls`."""
_ANSWERS = frozenset(name for name, field in CALL.items() if field.is_answer)


def _cases(says: str) -> Field:
    return Field(says, {"type": "array", "maxItems": CASES_MAX}, default=[])


FIELDS: Mapping[str, Field] = {
    "name": Field(
        "1 to 64 of a-z, 0-9 and _, a letter first, no word of Python's; the function bears it, and it never changes",
        {"type": "string", "pattern": f"^{ids.TOOL_NAME}$"},
        required=True,
    ),
    "title": Field("up to 200 characters, for people", {**_TEXT, "maxLength": 200}),
    "description": Field(
        "up to 10,000 characters, for whoever may call it: what it does and when it is of use; no orders",
        {**_TEXT, "maxLength": 10_000},
        required=True,
    ),
    "input_schema": Field(
        "JSON Schema 2020-12 of the arguments, an object; each property is a keyword argument. Bound what can grow "
        "(`maxLength`, `maxItems`): gates call with all that it allows",
        _SCHEMA,
        required=True,
    ),
    "output_schema": Field("the same for the result, an object", _SCHEMA),
    "effects": Field("what it does to the world", {"enum": list(EFFECTS)}, default="read"),
    "capabilities": Field(
        "what it may reach: from capability to a list of permits; left out: nothing",
        _closed({name: _PERMITS for name in CAPABILITIES if name not in AMBIENT}),
        default={},
    ),
    "limits": Field(
        "other limits than the defaults",
        _closed(
            {
                name: {"type": "integer", "minimum": Limits.floor(name), "maximum": most}
                for name, most in Limits.CEILING.as_dict().items()
            }
        ),
        default={},
    ),
    "examples": _cases(f"up to {CASES_MAX} cases that show what it does: the ordinary, the edges, what must fail"),
    "holdouts": _cases("more cases; what they expect is not shown to others who write the code"),
    "always": Field(
        "what holds for every call: `{say, check}`, a sentence and a Python expression over `arguments`, `result`, "
        "`error` (a code) and `done`",
        {
            "type": "array",
            "maxItems": INVARIANTS_MAX,
            "items": {**_closed({"say": _TEXT, "check": _TEXT}), "required": ["say", "check"]},
        },
        default=[],
        is_later=True,
    ),
    "equivalent": Field(
        "mistakes of gate strength that nobody could notice: `{was, became, because, line?}`, each a question to the "
        "approver",
        {
            "type": "array",
            "maxItems": EQUIVALENT_MAX,
            "items": {
                **_closed({"was": _TEXT, "became": _TEXT, "because": _TEXT, "line": {"type": "integer", "minimum": 1}}),
                "required": ["was", "became", "because"],
            },
        },
        default=[],
        is_later=True,
    ),
}
"""The fields of a spec, in the order in which they are kept."""

NAMES = tuple(FIELDS)


# A tenant's tool of such a name could never be called.
RESERVED = frozenset(OwnTool)


def complete(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid spec with every field there, in one order, so that equal specs are equal rows."""
    whole = {name: body.get(name, field.default) for name, field in FIELDS.items()}
    return {name: value for name, value in whole.items() if value or not FIELDS[name].is_later}


def without_answers(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec whose hold-outs say what is called, but not what is expected."""
    return {**spec, "holdouts": [_bare(case) for case in spec["holdouts"]]}


def unanswered_holdouts(given: object, stored: Mapping[str, Any] | None = None) -> list[int]:
    """Which hold-outs of a spec say nothing of what they expect, by number; with `stored`, those that it has."""
    cases: Any = cast("Mapping[str, Any]", given).get("holdouts") if isinstance(given, Mapping) else None
    several = cast("list[Any]", cases) if isinstance(cases, list) else []
    kept = None if stored is None else [_bare(case) for case in stored["holdouts"]]
    bare = [at for at, case in enumerate(several) if isinstance(case, dict) and _bare(cast("Any", case)) == case]
    return [at for at in bare if kept is None or several[at] in kept]


def with_kept_answers(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec in which a hold-out without an answer has the one that is stored for the same case.

    So what `without_answers` shows can be sent back as it is, and nobody has to know what is expected.
    """
    kept = [(_bare(case), case) for case in stored["holdouts"]]
    cases: Any = given.get("holdouts")
    if not isinstance(cases, list):
        return dict(given)
    sent = cast("list[Any]", cases)
    return {**given, "holdouts": [next((whole for bare, whole in kept if bare == case), case) for case in sent]}


def _bare(case: Mapping[str, Any]) -> dict[str, Any]:
    """What of a hold-out is no answer, in each of its calls."""
    bare = {name: value for name, value in case.items() if name not in _ANSWERS}
    calls: Any = bare.get("calls")
    if not isinstance(calls, list):
        return bare
    several = cast("list[Any]", calls)
    return {**bare, "calls": [_bare(cast("Any", one)) if isinstance(one, dict) else one for one in several]}


@dataclass(frozen=True, slots=True)
class Checked:
    """A spec that was found valid and is complete. Only tenants/confinement/reading.py makes one.

    `kept`: the hold-outs, by number, whose sender has not said what they expect; it is what was stored for them.
    """

    spec: dict[str, Any]
    kept: frozenset[int] = frozenset()
