"""The oracle: forks answer as a component that componentize-py built the ordinary way."""

from pathlib import Path

import pytest

from tests.bench.standard import Standard, differences, programs
from tests.samples import draw
from tests.sandbox.makers import Bench


@pytest.mark.timeout(900)  # two builds by componentize-py, sixteen tools of fifty in three forms
def test_programs_answer_alike_in_both_forms_and_in_a_standard_build(bench: Bench, tmp_path: Path) -> None:
    assert len(programs()) >= 50
    chosen = dict(draw("standard builds", programs().items(), 16))
    assert differences(bench, Standard(tmp_path / "standard"), chosen) == []
