from collections.abc import Iterator

import pytest

from sandbox import Image
from tests.sandbox.makers import Bench


@pytest.fixture(scope="session")
def bench(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The engine in this process, without workers or walls."""
    with Bench.open(image, tmp_path_factory.mktemp("native")) as opened:
        yield opened
