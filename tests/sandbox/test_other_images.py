"""Images side by side: what was sealed on one that is not this pool's runs there, in the same pool."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox import Call, Component, Execution, Grant, Image, Limits, Pool, Returned, Trapped
from sandbox.process.other_images import OtherImages
from sandbox.worlds import World
from tests.sandbox.makers import marked_image

ADDS = "def adds(a, b=1):\n    return a + b\n"


@pytest.fixture(scope="module")
def older(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return marked_image(image, tmp_path_factory.mktemp("older") / "image", b"older")


@pytest.fixture(scope="module")
async def sealed(older: Image, tmp_path_factory: pytest.TempPathFactory) -> Component:
    """A tool that was sealed on the older image, by its own release."""
    async with Pool.open(older, tmp_path_factory.mktemp("then"), workers=1) as pool:
        built = await pool.fork(ADDS, "adds")
    assert isinstance(built, Component)
    return built


class Shelf:
    """Where images lie, and how often it was asked."""

    def __init__(self, *images: Image):
        self.images, self.asked = {one.digest: one for one in images}, 0

    async def find(self, digest: str) -> Image | None:
        self.asked += 1
        return self.images.get(digest)


@pytest.fixture(scope="module")
async def shelf(older: Image) -> Shelf:
    return Shelf(older)


@pytest.fixture(scope="module")
async def pool(image: Image, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Pool]:
    async with Pool.open(image, tmp_path_factory.mktemp("now"), workers=1, find=shelf.find) as opened:
        yield opened


async def call(pool: Pool, component: Component, arguments: str = '{"a": 2}') -> Execution:
    at = Call(arguments, seed=bytes(32), started_at_ns=1_750_000_000_000_000_000)
    return await pool.of("tenant").run(component, at, grant=Grant.parse({}), limits=Limits(), host=World())


async def test_what_was_sealed_on_another_image_runs_beside_what_was_sealed_on_this_one(
    pool: Pool, shelf: Shelf, sealed: Component
) -> None:
    here = await pool.fork(ADDS, "adds")
    assert isinstance(here, Component)
    assert here.image != sealed.image

    ended = await asyncio.gather(*(call(pool, one) for one in (sealed, here) * 4))

    assert {one.outcome for one in ended} == {Returned("3")}
    assert len({one.fuel_used for one in ended}) == 1
    assert shelf.asked == 1, "its pool was opened once, for all who called at the same time"


async def test_an_image_that_is_not_to_be_had_is_a_fault_and_is_looked_for_again_later(
    image: Image, older: Image, sealed: Component, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.process.other_images._LOOK_AGAIN_S", 0.0)
    shelf = Shelf()
    async with Pool.open(image, tmp_path, workers=1, find=shelf.find) as pool:
        missing = (await call(pool, sealed)).outcome
        assert isinstance(missing, Trapped)
        assert missing.fault.code == "image_replaced"
        shelf.images[older.digest] = older
        # A lack is forgotten by a timer: when that is due, and not at once.
        while (found := (await call(pool, sealed)).outcome) == missing:
            await asyncio.sleep(0)
        assert found == Returned("3")


class Room:
    """What stands for a pool."""


class Rooms:
    """Opens rooms, and counts those that are open."""

    def __init__(self) -> None:
        self.opened = self.closed = 0
        self.has_closed = asyncio.Event()

    @asynccontextmanager
    async def open(self, image: Image) -> AsyncGenerator[Room]:
        del image
        self.opened += 1
        yield Room()
        self.closed += 1
        self.has_closed.set()


async def test_a_pool_that_nobody_has_used_for_a_while_is_closed_and_opened_anew_when_wanted(older: Image) -> None:
    rooms = Rooms()
    others = OtherImages[Room](Shelf(older).find, rooms.open, idle_s=0.0)
    async with others.using(older.digest) as first, others.using(older.digest) as second:
        assert first is second
        assert rooms.closed == 0
    await rooms.has_closed.wait()
    async with others.using(older.digest) as third:
        assert third is not first
    await others.close()
    assert (rooms.opened, rooms.closed) == (2, 2)


async def test_one_that_does_not_start_is_told_to_the_log_and_none_to_who_calls(
    older: Image, caplog: pytest.LogCaptureFixture
) -> None:
    @asynccontextmanager
    async def broken(image: Image) -> AsyncGenerator[Room]:
        raise OSError(f"no room for {image.digest}")
        yield Room()

    others = OtherImages[Room](Shelf(older).find, broken)
    async with others.using(older.digest) as found:
        assert found is None
    await others.close()
    assert "could not be opened" in caplog.text
