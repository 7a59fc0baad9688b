"""The oracle: forks answer as components that componentize-py built the ordinary way."""

import random
from pathlib import Path

import pytest

from tests.bench.standard import Standard, differences, programs
from tests.sandbox.makers import Bench


@pytest.mark.timeout(900)  # three builds by componentize-py
def test_forks_answer_as_standard_builds_do(bench: Bench, tmp_path: Path) -> None:
    chosen = ["invoice", *random.Random(4).sample(sorted(programs()), 2)]  # noqa: S311  (a sample, not a secret)

    assert len(programs()) >= 50
    assert differences(bench, Standard(tmp_path / "standard"), chosen) == []
