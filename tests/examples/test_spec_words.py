"""A description that YAML takes for more than it is would leave a key behind that says nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

SPECS = sorted((Path(__file__).parents[2] / "examples").glob("*/spec.yaml"))


def nothings(value: Any, path: str = "") -> Iterator[str]:
    """Where a schema says null."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from [f"{path}/{name}"] if inner is None else nothings(inner, f"{path}/{name}")
    if isinstance(value, list):
        for at, inner in enumerate(cast("list[Any]", value)):
            yield from nothings(inner, f"{path}/{at}")


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.parent.name)
def test_a_schema_of_an_example_has_no_key_that_says_nothing(file: Path) -> None:
    spec: dict[str, Any] = yaml.safe_load(file.read_text())
    assert [place for name in ("input_schema", "output_schema") for place in nothings(spec[name])] == []
