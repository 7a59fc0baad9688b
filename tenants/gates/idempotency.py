"""Idempotency: what a tool says of its effects is true. Called again in the same world it has no new effect.

Also: a repeat inside one call is one effect, and what could not be done for now can be done later.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sandbox import Deed, Finding, World
from tenants import canonical, contracts
from tenants.gates.candidates import Candidate, Trial, title
from tenants.gates.comparing import difference, fault_of, result_of
from tenants.gates.faults import MAIL_AWAY, Stagehand

name = "idempotency"
# Late enough to expose a key made of the time, early enough to be the same day and the same hour.
_LATER_NS = 61_000_000_000
_CASES = 8
_READS = {"GET", "HEAD", "OPTIONS"}


async def check(candidate: Candidate) -> list[Finding]:
    cases = [(index, case) for index, case in enumerate(candidate.cases("examples")) if "result" in case][:_CASES]
    effects = candidate.spec["effects"]
    if effects == "read":
        found = await asyncio.gather(
            *(_only_reads(candidate, index) for index, _ in cases), *(_forgets(candidate, *case) for case in cases)
        )
    else:
        judge = _of_idempotent if effects == "idempotent" else _of_destructive
        found = await asyncio.gather(*(judge(candidate, index, case) for index, case in cases))
    first: dict[str, Finding] = {}
    for finding in (one for several in found for one in several):
        first.setdefault(finding.hint or finding.message, finding)
    return list(first.values())


async def _only_reads(candidate: Candidate, index: int) -> list[Finding]:
    trial = await candidate.trial("examples", index)
    done = [deed for deed in trial.world.deeds if not _is_own_note(deed)]
    if not done:
        return []
    # Many services take a search as a POST, so only the approver can tell.
    asks = all(deed.capability == "http" and deed.what.get("method") == "POST" for deed in done)
    message = f"The spec says that the tool only reads, but it changes something: {_told(done[0])}."
    hint = "Say `effects: idempotent` or `effects: destructive` in the spec, or do not change anything."
    return [Finding(name, "warning" if asks else "error", message, hint)]


async def _forgets(candidate: Candidate, index: int, case: Mapping[str, Any]) -> list[Finding]:
    """A tool that only reads answers the same when it is asked again, whatever it has noted for itself."""
    usual = await candidate.trial("examples", index)
    if fault_of(usual.execution) is not None or not usual.world.deeds:
        return []
    again = await candidate.once(case["arguments"], usual.world, usual.world.started_at_ns + _LATER_NS)
    if fault_of(again) is None and difference(result_of(usual.execution), result_of(again)) is None:
        return []
    message = f"{title('Example', index, case)}, called again in the same world, is answered differently."
    hint = "Keep no state that changes the answer; a cache may only save work."
    return [Finding(name, "error", message, hint)]


def _is_own_note(deed: Deed) -> bool:
    """A tool's own values are its memory, a cache for instance, and nobody else's business."""
    return deed.capability == "kv" and deed.what.get("scope") == "tool"


async def _of_destructive(candidate: Candidate, index: int, case: Mapping[str, Any]) -> list[Finding]:
    del case
    trial = await candidate.trial("examples", index)
    bare = [deed for deed in trial.world.deeds if deed.capability in {"http", "email"} and not deed.what.get("key")]
    bare = [deed for deed in bare if deed.what.get("method") not in {"PUT", "DELETE"}]
    if not bare:
        return []
    message = f"An effect has no key: {_told(bare[0])}. After a lost connection nobody can tell whether it happened."
    hint = "Pass key=... made from what the effect is about, so that the receiver can recognise a repeat."
    return [Finding(name, "warning", message, hint)]


async def _of_idempotent(candidate: Candidate, index: int, case: Mapping[str, Any]) -> list[Finding]:
    usual = await candidate.trial("examples", index)
    if fault_of(usual.execution) is not None:
        return []
    what = title("Example", index, case)
    found = await asyncio.gather(
        _again(candidate, what, case),
        _doubled(candidate, what, case, usual),
        _after_a_bad_day(candidate, what, case, usual),
    )
    return [finding for finding in found if finding is not None]


async def _again(candidate: Candidate, what: str, case: Mapping[str, Any]) -> Finding | None:
    world = World(case.get("world"))
    await candidate.once(case["arguments"], world, world.started_at_ns)
    before = list(world.deeds)
    await candidate.once(case["arguments"], world, world.started_at_ns + _LATER_NS)
    new = [deed for deed in world.deeds[len(before) :] if _is_new(deed, before)]
    if not new:
        return None
    message = f"{what}, called a second time: it has a new effect: {_told(new[0])}."
    hint = "Claim a key in the ledger before each effect, made from what the effect is about, and skip what is done."
    return Finding(name, "error", message, hint)


async def _doubled(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Every list of the call twice over: the same thing must not happen twice in one call either."""
    schema = contracts.closed(cast("dict[str, Any]", candidate.spec["input_schema"]))
    doubled = {
        key: [*cast("list[Any]", value), *cast("list[Any]", value)] if isinstance(value, list) else value
        for key, value in case["arguments"].items()
    }
    if doubled == case["arguments"] or contracts.value_problems(schema, doubled):
        return None
    world = World(case.get("world"))
    await candidate.once(doubled, world, world.started_at_ns)
    repeated = Counter(_identity(deed) for deed in world.deeds) - Counter(_identity(deed) for deed in usual.world.deeds)
    twice = [deed for deed in world.deeds if repeated[_identity(deed)] and deed.capability in {"email", "http"}]
    if not twice or any(_identity(deed) not in {_identity(one) for one in usual.world.deeds} for deed in twice):
        return None
    message = f"{what}, with every item given twice: the same effect happens twice: {_told(twice[0])}."
    hint = "Remove repeats first: compare what identifies an item (trimmed, casefolded), and do each once."
    return Finding(name, "error", message, hint)


async def _after_a_bad_day(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> Finding | None:
    """Mail that certainly was not sent must go out when the same call is made on a better day."""
    mails = [deed for deed in usual.world.deeds if deed.capability == "email"]
    if not mails:
        return None
    world = World(case.get("world"))
    bad = Stagehand(world, MAIL_AWAY.trouble, MAIL_AWAY.hits)
    await candidate.once(case["arguments"], bad, world.started_at_ns)
    await candidate.once(case["arguments"], world, world.started_at_ns + _LATER_NS)
    sent = sum(deed.capability == "email" for deed in world.deeds)
    if sent >= len(mails):
        return None
    message = (
        f"{what}, first while the mail server takes nothing and then again: "
        f"{len(mails) - sent} of {len(mails)} messages are never sent."
    )
    hint = "Mark a key done only after its effect, and release its claim when the effect certainly did not happen."
    return Finding(name, "error", message, hint)


def _is_new(deed: Deed, before: Sequence[Deed]) -> bool:
    """Whether the world is any different for it. A key that the receiver knows and an equal PUT change nothing."""
    what = deed.what
    if deed.capability == "kv":
        return not (what.get("scope") == "tool" and _is_moment(what.get("value")))
    if deed.capability == "http":
        if what.get("key") is not None:
            return all(what["key"] != old.what.get("key") for old in before if old.capability == "http")
        if what.get("method") in {"PUT", "DELETE"}:
            return _identity(deed) not in {_identity(old) for old in before}
    if deed.capability == "sql" and str(what.get("statement", "")).lower().lstrip().startswith("insert or "):
        return _identity(deed) not in {_identity(old) for old in before}
    return True


def _is_moment(value: object) -> bool:
    """A note of when something was last done; it changes with each call and harms nobody."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return not isinstance(value, int | float)


def _identity(deed: Deed) -> str:
    """What a deed did to whom, apart from the key it carried."""
    return canonical.text([deed.capability, deed.operation, {k: v for k, v in deed.what.items() if k != "key"}])


def _told(deed: Deed) -> str:
    what = deed.what
    match deed.capability:
        case "http":
            return f"{what.get('method')} {what.get('url')}"
        case "email":
            return f"mail to {what.get('to')} ({what.get('subject')})"
        case "ledger" | "kv":
            return f"{deed.capability} {deed.operation} {what.get('key')}"
        case "sql":
            return str(what.get("statement"))[:120]
        case _:
            return f"{deed.capability} {deed.operation} {what.get('path') or what.get('name') or ''}"
