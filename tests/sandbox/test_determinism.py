"""A sample of what `python -m tests.bench pool` does a thousand times: one output and one fuel figure each."""

import json
import random
from pathlib import Path

import pytest

from sandbox import Call, Component, Grant, Image, Limits, Pool
from sandbox.worlds import World
from tests.bench.tools import TOOLS

SAMPLE = random.Random(20).sample(sorted(TOOLS), 8)  # noqa: S311  (a choice that repeats)
GRANT = Grant.parse({"kv": ["tool/*"], "ledger": ["*"]})


async def ends(pool: Pool, name: str, times: int) -> set[tuple[str, int, str, str]]:
    source, arguments = TOOLS[name]
    built = await pool.fork(source, name)
    assert isinstance(built, Component)
    seen: set[tuple[str, int, str, str]] = set()
    for _ in range(times):
        call = Call(json.dumps(arguments), b"\x07" * 32, 1_700_000_000_000_000_000)
        ran = await pool.run(built, call, grant=GRANT, limits=Limits.DEFAULT, host=World())
        seen.add((built.digest, ran.fuel_used, repr(ran.outcome), ran.log))
    return seen


@pytest.mark.parametrize("name", SAMPLE)
async def test_repeats_are_equal_in_output_fuel_and_log(pool: Pool, name: str):
    assert len(await ends(pool, name, 12)) == 1


async def test_they_are_equal_in_workers_that_were_started_anew(pool: Pool, image: Image, tmp_path: Path):
    async with Pool.open(image, tmp_path, workers=1) as other:
        for name in SAMPLE:
            assert await ends(pool, name, 1) == await ends(other, name, 2)
