"""Examples with one thing wrong are stopped by the gate that is there for it. All of them: `./dev gates examples`."""

from collections import Counter

import pytest

from sandbox import Image, Pool
from tests.examples.flaws import FLAWS, Flaw, sample
from tests.examples.judging import by_its_gate
from tests.examples.packages import PACKAGES


def test_every_example_has_flaws_of_several_kinds() -> None:
    of_example = Counter(flaw.example for flaw in FLAWS)
    assert of_example.keys() == PACKAGES.keys()
    assert min(of_example.values()) >= 3
    assert len({flaw.gate for flaw in FLAWS}) >= 6
    assert all(flaw.source and flaw.body for flaw in FLAWS)
    assert len(sample(3)) == 3 * len(PACKAGES)


@pytest.mark.parametrize("flaw", sample(3), ids=str)
async def test_a_flaw_is_stopped_by_the_gate_that_is_there_for_it(flaw: Flaw, pool: Pool, image: Image) -> None:
    errors = await by_its_gate(flaw, pool, image)
    assert flaw.gate in {finding.gate for finding in errors}
    assert all(finding.hint for finding in errors)
