"""Pages: a server that tells how many there are in all is asked for the last page too, which is seldom full."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

from sandbox import CAPABILITIES, Finding, HostCall, HostReply
from tenants.gates.trial.candidates import Candidate, Trial
from tenants.gates.trial.faults import Stagehand

_GATE = "robustness"
_SIZES = {"per_page", "page_size", "pagesize", "perpage", "limit", "size", "rows", "take", "top", "$top", "max_results"}
_TOTALS = {"total", "total_count", "totalcount", "total_results", "totalresults", "total_items", "totalitems", "count"}
_SIZE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class _Paged:
    """A server that is asked for pages of a `size` at an `address`, and tells the total at `place` of its answer."""

    address: str
    size: int
    place: tuple[str, ...]


@dataclass
class _Telling(Stagehand):
    """A host whose server tells another total, and has something to say on every page."""

    paged: _Paged = field(kw_only=True)
    total: int = field(kw_only=True)
    first: HostReply | None = None

    async def answer(self, call: HostCall) -> HostReply:
        reply = await super().answer(call)
        if _address(call) != self.paged.address:
            return reply
        self.first = self.first or reply
        value = _with_total(self.first.value, self.paged.place, self.total)
        return reply if value is None else HostReply(value, elapsed_ns=reply.elapsed_ns)


async def last_page(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial) -> list[Finding | None]:
    """Error where a second page is fetched when it is full, and is not when it holds less."""
    return [await _last_page(candidate, what, case, paged) for paged in dict.fromkeys(_paged(usual))]


async def _last_page(candidate: Candidate, what: str, case: Mapping[str, Any], paged: _Paged) -> Finding | None:
    if await _asked(candidate, case, paged, 2 * paged.size) < 2:
        return None
    total = paged.size + paged.size // 2
    if await _asked(candidate, case, paged, total) > 1:
        return None
    message = (
        f"{what}, when {paged.address} says that there are {total}, {paged.size} on a page: only the first page is "
        "asked for, so the last one, which is not full, is lost."
    )
    return Finding(_GATE, "error", message, "Round the number of pages up: -(-total // size), or math.ceil.")


async def _asked(candidate: Candidate, case: Mapping[str, Any], paged: _Paged, total: int) -> int:
    """How many pages are asked for."""
    world = candidate.world(case)
    host = _Telling(world, paged=paged, total=total)
    await candidate.once(case["arguments"], host, world.started_at_ns)
    return sum(_address(call) == paged.address for call in host.calls)


def _paged(usual: Trial) -> Iterator[_Paged]:
    read = Counter(_address(call) for call in usual.calls)
    for call, reply in zip(usual.calls, usual.replies, strict=True):
        address = _address(call)
        size, place = _size(call), _place(_data(reply.value), ())
        if address is not None and read[address] == 1 and size is not None and place is not None:
            yield _Paged(address, size, place)


def _address(call: HostCall) -> str | None:
    return CAPABILITIES[call.capability].address(call.operation, call.payload)


def _size(call: HostCall) -> int | None:
    """How many a page holds, where the request says it."""
    params: Mapping[str, Any] = call.payload.get("params") or {}
    query: dict[str, Any] = {**dict(parse_qsl(str(call.payload.get("url", "")).partition("?")[2])), **params}
    said = [str(value) for name, value in query.items() if name.lower() in _SIZES and str(value).isdecimal()]
    return int(said[0]) if said and 1 < int(said[0]) <= _SIZE_MAX else None


def _data(value: Any) -> Any:
    try:
        return json.loads(str(cast("dict[str, Any]", value)["text"])) if isinstance(value, dict) else None
    except (KeyError, ValueError):
        return None


def _place(data: Any, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Where an answer says how many there are in all."""
    if not isinstance(data, dict) or len(path) > 1:
        return None
    for name, value in cast("dict[str, Any]", data).items():
        if name.lower() in _TOTALS and isinstance(value, int) and not isinstance(value, bool):
            return (*path, name)
        if (found := _place(value, (*path, name))) is not None:
            return found
    return None


def _with_total(value: Any, place: tuple[str, ...], total: int) -> dict[str, Any] | None:
    data = _data(value)
    if data is None:
        return None
    holder = data
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = total
    return {**{name: one for name, one in value.items() if name != "base64"}, "text": json.dumps(data)}
