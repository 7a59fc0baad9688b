"""The canned world is the real host: every operation is asked the same of both, and both say the same."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tenants.base.db import Database
from tests.tenants.parity import edges, payloads
from tests.tenants.parity.hosts import exact, opened

DRAWN = 60
EDGES = list(edges.every())
DRAWN_ONES = [(what, one) for what in payloads.GOOD for one in payloads.drawn(what, DRAWN)]
GOOD_ONES = [(what, one) for what, several in payloads.GOOD.items() for one in several]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 400 else text[:300] + "..." + text[-80:]


def hurries(payload: Mapping[str, Any]) -> bool:
    """Whether it waits for less time than a server needs: who is late then is chance."""
    waits = payload.get("timeout_ms")
    return isinstance(waits, int | float) and not isinstance(waits, bool) and 0 < waits < 1_000


@pytest.mark.parametrize("raw", [False, True], ids=["as a run asks", "unread"])
async def test_both_hosts_say_the_same(database: Database, tmp_path: Path, *, raw: bool) -> None:
    asked: Counter[str] = Counter()
    differences: list[str] = []
    async with opened(database, tmp_path) as pair:
        for what, payload in (*GOOD_ONES, *EDGES, *DRAWN_ONES):
            if (raw and "<<" in repr(payload)) or hurries(payload):
                continue
            canned, real = await pair.ask(what, payload, raw=raw)
            asked[what] += 1
            if exact(canned if isinstance(canned, dict) else 0) != exact(real if isinstance(real, dict) else 0):
                differences.append(f"{what} {shown(payload)}\n   canned {shown(canned)}\n   real   {shown(real)}")
    print(f"{asked.total()} payloads, {len(differences)} differences")
    assert not differences, f"{len(differences)} of {asked.total()}:\n" + "\n".join(differences)
    assert asked.total() >= 1_500
