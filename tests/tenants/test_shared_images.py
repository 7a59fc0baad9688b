"""Nodes of one release serve one image, whoever built it, and whatever becomes of the storage."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import Image, images
from sandbox.image.artifacts import MANIFEST, MEMORY, digest_of
from sandbox.image.artifacts import Image as Made
from tenants.capabilities.files.buckets import Bucket, StoreAwayError
from tenants.stores.images import SharedImages
from tests.makers import make_live, served, sign_up

RECIPE = "0123456789abcdef01234567"


class Away(Bucket):
    """A store that nobody reaches."""

    def __init__(self) -> None:
        return

    async def get(self, key: str) -> bytes:
        raise StoreAwayError(key)


def building(image: Image, root: Path, mark: bytes, built: list[str]) -> Callable[[], Image]:
    """Build as each node would: the real image with other bytes in a page that nothing uses, so another digest."""

    def build() -> Image:
        folder = root / RECIPE
        if not folder.exists():
            shutil.copytree(image.root, folder, ignore=shutil.ignore_patterns("native-*"))
            memory = bytearray((folder / MEMORY).read_bytes())
            memory[16 : 16 + len(mark)] = mark
            (folder / MEMORY).chmod(0o600)
            (folder / MEMORY).write_bytes(memory)
            said = (folder / MANIFEST).read_text()
            (folder / MANIFEST).chmod(0o600)
            (folder / MANIFEST).write_text(said.replace(image.digest, digest_of(image.template, memory)))
            built.append(mark.decode())
        return Made.read(folder)

    return build


@pytest.fixture
def stored(tmp_path: Path) -> Bucket:
    return Bucket.open(tmp_path / "bucket")


def node(bucket: Bucket, image: Image, tmp_path: Path, name: str, built: list[str]) -> SharedImages:
    root = tmp_path / name
    root.mkdir(exist_ok=True)
    return SharedImages(bucket, root, RECIPE, building(image, root, name.encode(), built))


async def test_who_comes_second_fetches_what_the_first_built(stored: Bucket, image: Image, tmp_path: Path) -> None:
    built: list[str] = []
    first = await node(stored, image, tmp_path, "one", built).ensure()
    second = await node(stored, image, tmp_path, "two", built).ensure()
    assert (first.digest, built) == (second.digest, ["one"])
    assert second.root.is_relative_to(tmp_path / "two")
    assert bytes(second.memory) == bytes(first.memory)


async def test_a_node_that_has_built_its_own_changes_over(stored: Bucket, image: Image, tmp_path: Path) -> None:
    built: list[str] = []
    early = node(stored, image, tmp_path, "two", built)
    own = early.build()
    agreed = await node(stored, image, tmp_path, "one", built).ensure()
    assert own.digest != agreed.digest
    assert (await early.ensure()).digest == agreed.digest
    assert images.found(own.root) is not None, "what others of this machine may still run is left"


async def test_nodes_that_begin_at_once_agree(stored: Bucket, image: Image, tmp_path: Path) -> None:
    nodes = [node(stored, image, tmp_path, name, []) for name in ("one", "two")]
    made = await asyncio.gather(*(each.ensure() for each in nodes))
    assert len({each.digest for each in made}) == 1


async def test_without_the_storage_it_is_the_one_of_last_time(
    stored: Bucket, image: Image, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    built: list[str] = []
    agreed = await node(stored, image, tmp_path, "one", built).ensure()
    again = await node(stored, image, tmp_path, "two", built).ensure()
    assert (await node(Away(), image, tmp_path, "two", built).ensure()).digest == again.digest == agreed.digest
    assert built == ["one"]
    assert (await node(Away(), image, tmp_path, "new", built).ensure()).digest != agreed.digest
    assert "serves an image of its own" in caplog.text


async def test_what_is_broken_on_the_way_is_not_served(image: Image, tmp_path: Path) -> None:
    archive = images.packed(image)
    for broken in (b"", archive[:-1_000], b"no archive"):
        with pytest.raises(images.BrokenImage):
            images.unpacked(broken, tmp_path / "here", image.digest)
    with pytest.raises(images.BrokenImage, match="is another one"):
        images.unpacked(archive, tmp_path / "here", "f" * 64)
    assert not (tmp_path / "here").exists()
    assert images.unpacked(archive, tmp_path / "here", image.digest).digest == image.digest


async def test_a_new_node_serves_what_the_others_do_and_builds_nothing(image: Image, tmp_path: Path) -> None:
    storage = str(tmp_path / "bucket")
    async with served(tmp_path / "one", storage_url=storage) as product:
        await sign_up(product)
    async with served(tmp_path / "two", storage_url=storage, images_dir=tmp_path / "images") as product:
        tenant = await sign_up(product)
        version = await make_live(tenant)
        assert version["state"] == "live"
    assert [one.name for one in (tmp_path / "images").glob("*-*") if one.is_dir()] == [
        f"{images.recipe()[:24]}-{image.digest[:12]}"
    ]
