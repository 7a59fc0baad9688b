"""Consistency: what holds in all that the spec shows holds on its edges too. Where it does not, the approver is asked.

Nothing here is known to be wrong: no case says what is right there. So each finding is a question, with a call that
anybody can make, what comes of it, and what it is unlike.
"""

import asyncio

from sandbox import Finding
from tenants.gates.consistency import answers, clocks, days, neighbours, parts, rounding, scopes, sums, weeks, zones
from tenants.gates.said import alike, boundaries, heeded, items, mined, orders, others, periods, units, weekdays, zeros
from tenants.gates.trial.candidates import Candidate

name = "consistency"


async def check(candidate: Candidate) -> list[Finding]:
    found = await asyncio.gather(
        sums.unequal(candidate), days.drifting(candidate), weeks.torn(candidate), clocks.slipping(candidate),
        scopes.suppressed(candidate), parts.taken_for_the_whole(candidate), rounding.unnamed(candidate),
        neighbours.told_unasked(candidate), neighbours.touched_beside(candidate), neighbours.spoiled(candidate),
        zones.another_day(candidate), answers.unheeded(candidate), answers.changed_since(candidate),
        answers.cut_short(candidate), boundaries.contradicted(candidate), alike.told_apart(candidate),
        alike.offsets_told_apart(candidate), alike.forms_told_apart(candidate), alike.default_unlike(candidate),
        zeros.taken_for_nothing(candidate), mined.broken(candidate), orders.unsorted(candidate),
        items.mixed_up(candidate), items.counted_again(candidate), heeded.ignored(candidate),
        heeded.added_up(candidate), units.lost(candidate), weekdays.worked_on(candidate),
        periods.cut_off(candidate), others.counted_in(candidate),
    )  # fmt: skip
    return [finding for finding in found if finding is not None]
