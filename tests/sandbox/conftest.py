from collections.abc import Iterator

import pytest

from sandbox import Image
from sandbox.process import supervision
from tests.sandbox.makers import Bench


@pytest.fixture
def patient_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a worker that is about to stop what it computes may not get to it within 0.2 s."""
    monkeypatch.setattr(supervision, "_STOP_S", 100.0)


@pytest.fixture(scope="session")
def bench(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The engine in this process, without workers or walls."""
    with Bench.open(image, tmp_path_factory.mktemp("native")) as opened:
        yield opened


@pytest.fixture(scope="session")
def own(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench.open(image, tmp_path_factory.mktemp("own"), "own") as bench:
        yield bench


@pytest.fixture(scope="session")
def theirs(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench.open(image, tmp_path_factory.mktemp("theirs"), "wasmtime") as bench:
        yield bench
