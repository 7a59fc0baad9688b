"""What confined processes do, by name: everything that reads, matches or plays what strangers wrote.

The fork server of sandbox/confined imports this module by its name, and with it all that the jobs need; nothing of
the server does (tests/test_house.py). A job takes plain JSON and gives plain JSON. What an author did wrong is in the
answer, as `{"invalid": {...}}` where there is no other place for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox import Desk, Image
from sandbox.rules import Grammar
from sandbox.worlds import Draws
from tenants import gates
from tenants.base import canonical
from tenants.base.errors import InvalidError
from tenants.confined import documents, spec_rules
from tenants.confinement import spec_fields
from tenants.gates import Candidate, dry_runs, pasts
from tenants.gates.invariants import expressions, past_runs
from tenants.gates.second import second_sources
from tenants.rules.levels import Levels
from tenants.schemas import json_schemas


def read_document(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`{"text"}` of YAML -> `{"value"}`."""
    try:
        return {"value": documents.parse(payload["text"])}
    except InvalidError as error:
        return _invalid(error)


def check_spec(payload: Mapping[str, Any]) -> list[dict[str, str]]:
    """`{"spec", "unanswered"}` -> everything that is wrong with it."""
    return spec_rules.problems(payload["spec"], payload["unanswered"])


async def check_always(payload: Mapping[str, Any], desk: Desk) -> list[dict[str, str]]:
    """`{"always"}` whose form is right -> what is wrong with its expressions."""
    return await expressions.reading_problems(Grammar(desk), payload["always"], "/always")


async def check_runs(payload: Mapping[str, Any], desk: Desk) -> list[list[int]]:
    """`{"always", "runs"}` -> as `past_runs.broken`."""
    return await past_runs.broken(desk, payload["always"], payload["runs"])


def hold_against(payload: Mapping[str, Any]) -> list[dict[str, str]]:
    """`{"schema", "text"}`, both JSON texts -> where and why the value does not fit."""
    return json_schemas.faults_of(json_schemas.compiled(payload["schema"]), canonical.parse(payload["text"]))


async def examine(payload: Mapping[str, Any], desk: Desk) -> None:
    """Put a version through every gate; the entry of each is told as it ends."""
    levels = Levels(payload["levels"], payload["warnings_block"], payload["questions_block"])
    await gates.examine(_candidate(payload, desk), desk.tell, levels)


async def dry_run(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """`{"spec", "unanswered", "source", "cases", ...}` -> as `dry_runs.rehearse`.

    With no cases the spec's examples run, and those of its hold-outs that say what they expect.
    """
    problems = spec_rules.problems(payload["spec"], payload["unanswered"])
    if not problems and payload["spec"].get("always"):
        problems = await check_always(payload["spec"], desk)
    if problems:
        return _invalid(InvalidError("The spec is not valid.", problems=problems))
    candidate = _candidate({**payload, "spec": spec_fields.complete(payload["spec"])}, desk)
    try:
        given = dry_runs.named("Case", payload["cases"]) or [
            *dry_runs.named("Example", candidate.spec["examples"]),
            *(
                one
                for at, one in enumerate(dry_runs.named("Hold-out", candidate.spec["holdouts"]))
                if at not in payload["unanswered"]
            ),
        ]
        return await dry_runs.rehearse(candidate, given)
    except InvalidError as error:
        return _invalid(error)


async def call(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """`{"spec", "source", "case", "seed", ...}` -> as `dry_runs.call`."""
    try:
        return await dry_runs.call(_candidate(payload, desk), payload["case"], bytes.fromhex(payload["seed"]))
    except InvalidError as error:
        return _invalid(error)


async def compare(payload: Mapping[str, Any], desk: Desk) -> list[dict[str, Any]]:
    """`{"spec", "source", "second", ...}` -> the findings of `second_sources.disagreements`."""
    found = await second_sources.disagreements(_candidate(payload, desk), payload["second"])
    return [asdict(finding) for finding in found]


def sum_up_pasts(payload: Mapping[str, Any]) -> dict[str, Any]:
    """`{"compared", "promised"}` -> the finding of `pasts.summed_up`."""
    return asdict(pasts.summed_up(payload["compared"], payload["promised"]))


def tell_pasts(payload: Mapping[str, Any]) -> list[str | None]:
    """`{"compared"}` -> for each a sentence about what would have gone otherwise, if anything would."""
    return [pasts.told(one).message if one["differences"] else None for one in payload["compared"]]


def _candidate(payload: Mapping[str, Any], desk: Desk) -> Candidate:
    # Of the image a gate wants to know what it is and what it offers; its files are not for a confined process.
    image = Image(Path(), payload["image"], "", (), tuple(payload["modules"]), 0, 0, ())
    said = payload["draws"]
    draws = Draws(bytes.fromhex(said["key"]), said["present_ns"], said["origin"])
    return Candidate(payload["spec"], payload["source"], desk, image, draws, lint=desk.lint)


def _invalid(error: InvalidError) -> dict[str, Any]:
    return {"invalid": {"message": error.message, "hint": error.hint, "details": error.details}}


JOBS: dict[str, Callable[..., Any]] = {
    "read_document": read_document,
    "check_spec": check_spec,
    "check_always": check_always,
    "check_runs": check_runs,
    "hold_against": hold_against,
    "examine": examine,
    "dry_run": dry_run,
    "call": call,
    "compare": compare,
    "sum_up_pasts": sum_up_pasts,
    "tell_pasts": tell_pasts,
}
