"""What authors read of specs and gates: Markdown made from the tables that check them."""

from collections.abc import Iterable, Mapping
from functools import cache

from sandbox import AMBIENT, CAPABILITIES, Limits, manuals
from tenants.confinement import spec_schemas
from tenants.confinement.spec_fields import CASE, EFFECTS, FIELDS, SPEC_BYTES_MAX, Field
from tenants.rules.gates import GATES

# What a world has besides its capabilities: `now` is the tool's clock, `secrets` those that its code may name.
_WORLD = {
    "now": (
        "when it begins, such as `2026-06-01T09:00:00Z`. Left out: any moment of the last week, so give one if the "
        "result tells the time (where a case speaks of days: 2026-06-01 at 09:00 UTC)"
    ),
    "secrets": "`[names]`, or `{name: [hosts it may go to]}`; values are never there",
    "faults": (
        "`{capability or capability.operation: {code, message?, hint?, retryable?, details?, happened?}}`: it is told "
        "instead of the answer (`happened`: the deed is done, its answer lost); a list in turn, null goes well"
    ),
}
_SCHEMA = f"As JSON Schema for editors: `{spec_schemas.PATH}`."
_PERMITS = (
    "**Permits** A `*` at the end stands for everything, elsewhere for one piece between slashes. With any of them go "
    "`at most 100 a run` and `at most 500 a day`."
)


@cache
def spec() -> str:
    """All about the form of a spec."""
    named = [name for name in CAPABILITIES if name not in AMBIENT]
    worlds = {name: text for name in named if (text := manuals.world(name))}
    parts = [
        f"At most {SPEC_BYTES_MAX >> 20} MiB of JSON or YAML 1.2; what is not named here is refused. {_SCHEMA}",
        _lines(_fields(FIELDS)),
        f"**effects** {'; '.join(f'`{word}`: {says}' for word, says in EFFECTS.items())}.",
        "**A case**, an example or hold-out, has a world of its own:",
        _lines(_fields(CASE)),
        _PERMITS,
        _lines(f"`{name}`: {_permits(name)}" for name in named),
        f"**Limits**, whole numbers (default; most): {'; '.join(_limit(name) for name in Limits.MEANING)}.",
        "**A world** is canned, and what a tool asks for that is not in it fails as the real thing would:",
        _lines(f"`{name}`: {text.rstrip('.')}." for name, text in {**_WORLD, **worlds}.items()),
    ]
    return "\n\n".join(parts)


@cache
def gates() -> str:
    """Each gate and every rule that it holds."""
    return _lines(f"**{name}** {gate.says}." for name, gate in GATES.items())


def _fields(fields: Mapping[str, Field]) -> Iterable[str]:
    return (f"`{name}`{' (required)' if field.required else ''}: {field.says}." for name, field in fields.items())


def _permits(name: str) -> str:
    """What they mean stands on the capability's page; here only where all is free that is not named."""
    meaning = f"{manuals.permits_mean(name)} " if CAPABILITIES[name].traits.reaches_out else ""
    return f"{meaning}{manuals.permits(name)}"


def _limit(name: str) -> str:
    default, most = (amount(name, getattr(limits, name)) for limits in (Limits.DEFAULT, Limits.CEILING))
    return f"`{name}` ({default}; {most}): {Limits.MEANING[name]}"


def amount(name: str, number: int) -> str:
    """A limit as it is best read. A spec takes whole numbers alone."""
    units = ((" MiB", 1 << 20), (" KiB", 1 << 10)) if name.endswith("_bytes") else (("e9", 10**9), ("000", 1_000))
    for unit, size in units:
        if number % size == 0:
            return f"{number // size}{unit}"
    return str(number)


def _lines(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
