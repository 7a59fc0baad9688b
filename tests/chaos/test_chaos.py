"""A sample of `./dev chaos`, under a new seed each time; the report names it."""

import os
import secrets
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox import Image
from tests.chaos.storm import storm
from tests.postgres import running

SEED = int(os.environ.get("SEALWRIGHT_CHAOS_SEED") or secrets.randbelow(1_000_000))
KILLS = 4


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Generator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with running() as url:
        yield url


async def test_killed_at_random_nothing_acknowledged_is_lost_and_nothing_is_sent_twice(
    image: Image, database_url: str | None, tmp_path: Path
) -> None:
    del image  # built before the storm begins
    report = await storm(tmp_path, database_url, kills=KILLS, seed=SEED, recipients=100, runs_at_once=2)
    print(report)
    assert report.faults == [], f"{report}\nAgain: SEALWRIGHT_CHAOS_SEED={SEED} ./dev test tests/chaos"
