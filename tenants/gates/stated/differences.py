"""What a run did otherwise than its case states: expected, came, and the difference in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.worlds import STATED, Seen, Statements, World
from tenants.gates.stated import blocks, pairing, values
from tenants.gates.stated.blocks import Block, Item, Kept
from tenants.gates.stated.values import Apart, Said
from tenants.gates.trial.candidates import brief
from tenants.gates.trial.comparing import MISSING

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One difference. `part` names no value, for who must not see what is expected."""

    part: str
    sentence: str


def differences(case: Mapping[str, Any], world: World) -> list[Otherwise]:
    """Compare what a run did to its world with what the case states; empty when it is that, or states nothing."""
    if case.get("done") is None and case.get("after") is None:
        return []
    block = blocks.block_of(case)
    found = [one for name in STATED for one in _of_capability(block, name, world)]
    return [*found, *(one for kept in block.kept for one in _of_kept(kept, world))]


def _of_capability(block: Block, name: str, world: World) -> Iterator[Otherwise]:
    if block.items is None:
        return
    items, statements = block.items.get(name, ()), STATED[name]
    if not items and name in block.others:
        return
    seen = world.done(name, [item.fields for item in items])
    pairs = pairing.pair(
        len(items), len(seen), lambda item, deed: next(_apart(items[item], seen[deed], statements), None) is None
    )
    unsaid = [seen[at] for at in pairs.unsaid]
    for item in (items[at] for at in pairs.without):
        near = _nearest(item, unsaid, statements)
        if near is None:
            yield Otherwise(name, f"{statements.told(item.fields)} was expected, and was not done.")
            continue
        unsaid.remove(near)
        yield from _told(name, item, near, statements)
    if name not in block.others:
        for one in unsaid:
            if not one.free:
                yield Otherwise(name, f"{statements.told(one.what)} was done, and the case does not state it.")


def _nearest(item: Item, unsaid: Sequence[Seen], statements: Statements) -> Seen | None:
    """The deed that differs in the fewest parts, if it has any part in common."""
    counted = [(sum(1 for _ in _apart(item, one, statements)), at) for at, one in enumerate(unsaid)]
    count, at = min(counted, default=(0, -1))
    return unsaid[at] if at >= 0 and (count < len(item.fields) or len(item.fields) == 1) else None


def _told(name: str, item: Item, seen: Seen, statements: Statements) -> Iterator[Otherwise]:
    for part, apart in _apart(item, seen, statements):
        what, place = statements.told(seen.what), " ".join([part, *apart.path])
        yield Otherwise(f"{name} ({part})", f"{what}: {place}: {_words(apart)}")


def _apart(item: Item, seen: Seen, statements: Statements) -> Iterator[tuple[str, Apart]]:
    """In which parts a deed is not the stated one; what is of substance has to be stated."""
    for part, stated in item.fields.items():
        if not item.left.holds((part,)):
            kind = statements.fields.get(part, "json")
            found = values.apart(kind, stated, seen.what.get(part, MISSING), item.left.below(part))
            if found is not None:
                yield part, found
    for part in statements.substance if statements.fields else seen.what:
        if part in seen.what and part not in item.fields and not item.left.holds((part,)):
            yield part, Apart((), Said("nothing is said of it"), seen.what[part])


def _of_kept(kept: Kept, world: World) -> Iterator[Otherwise]:
    where = f"{kept.capability} {' '.join(kept.place)}"
    try:
        got = world.kept(kept.capability, kept.place)
    except LookupError as error:
        yield Otherwise(f"{kept.capability} afterwards", f"{where} afterwards: {error.args[0]}")
        return
    found = values.apart(STATED[kept.capability].kept or "json", kept.stated, got, kept.left)
    if found is not None:
        place = " ".join(["afterwards", *found.path])
        yield Otherwise(f"{kept.capability} afterwards", f"{where} {place}: {_words(found)}")


def _words(apart: Apart) -> str:
    return f"expected {_shown(apart.expected)}, came {_shown(apart.got)}."


def _shown(value: object) -> str:
    if isinstance(value, Said):
        return str(value)
    if isinstance(value, bytes):
        return "bytes"
    return "nothing there" if value is MISSING else brief(value, _SHOWN)
