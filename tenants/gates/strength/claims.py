"""Claims: mistakes of which the author says that nobody could notice them. Each is a question to the approver.

Who writes the tool is not who says that its tests are enough: a claim counts until a call shows that it is wrong, and
a person reads it before the tool is served.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import Finding
from tenants.gates.strength.bench import TRIED, Bench, Telling
from tenants.gates.strength.mutants import Mutant
from tenants.gates.trial.candidates import brief

_GATE = "strength"


async def judged(
    bench: Bench, claims: Sequence[Mapping[str, Any]], made: list[Mutant], survivors: list[Mutant]
) -> tuple[list[Finding], list[Mutant]]:
    """Return what there is to say of the claims, and the survivors that they excuse until somebody says no."""
    pairs = [(claim, _named(claim, survivors)) for claim in claims]
    void = [_void(claim, made) for claim, found in pairs if not found]
    claimed = [(claim, mutant) for claim, found in pairs for mutant in found]
    tellings = await asyncio.gather(*(bench.telling(mutant) for _, mutant in claimed))
    told = [
        _asked(claim, mutant) if telling is None else _refuted(mutant, telling)
        for (claim, mutant), telling in zip(claimed, tellings, strict=True)
    ]
    excused = [mutant for (_, mutant), telling in zip(claimed, tellings, strict=True) if telling is None]
    return [*told, *void], excused


def _named(claim: Mapping[str, Any], mutants: list[Mutant]) -> list[Mutant]:
    """Those of its words; where it says a line, those on it. A text is the same however it is spaced."""
    wanted = (_plain(claim["was"]), _plain(claim["became"]))
    found = [one for one in mutants if (_plain(one.was), _plain(one.became)) == wanted]
    return [one for one in found if claim.get("line") in (None, one.line)]


def _plain(text: str) -> str:
    return "".join(text.split())


def _asked(claim: Mapping[str, Any], mutant: Mutant) -> Finding:
    message = (
        f"Is it all the same when `{mutant.was}` ({mutant.place}) becomes `{mutant.became}`? "
        f"The author says so: {claim['because']}"
    )
    hint = (
        f"No case notices it, nor did any of {TRIED} odd calls. If it is not the same, have the author add an example "
        "that tells the one from the other."
    )
    return Finding(_GATE, "question", message, hint, mutant.line)


def _refuted(mutant: Mutant, telling: Telling) -> Finding:
    message = (
        f"`equivalent` says that it is all the same when `{mutant.was}` ({mutant.place}) becomes `{mutant.became}`, "
        f"but called with {brief(telling.arguments, 300)} the tool answers {telling.usual}, then {telling.mistaken}."
    )
    return Finding(_GATE, "error", message, "Make that call an example, and take the claim out.", mutant.line)


def _void(claim: Mapping[str, Any], made: list[Mutant]) -> Finding:
    what = f"`{claim['was']}` becoming `{claim['became']}`"
    elsewhere = _named({**claim, "line": None}, made)
    if _named(claim, made):
        why = "the cases notice that"
    elif elsewhere:
        why = f"that is made at {', '.join(one.place for one in elsewhere)}"
    else:
        why = f"none of the {len(made)} mistakes made in this source is that"
    message = f"`equivalent` names no mistake that goes unnoticed: of {what}, {why}."
    return Finding(_GATE, "warning", message, "Take it out, or name one as this gate does.", claim.get("line"))
