"""Nodes of one release serve one image, whoever built it, and whatever becomes of the storage."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from sandbox import Image, images
from sandbox.image.artifacts import Image as Made
from tenants.base.db import now
from tenants.capabilities.files.buckets import Bucket, StoreAwayError
from tenants.stores.images import SharedImages, clear_published
from tests.makers import make_live, served, sign_up
from tests.sandbox.makers import marked_image

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
        if folder.exists():
            return Made.read(folder)
        built.append(mark.decode())
        return marked_image(image, folder, mark)

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


async def answer_of(api: httpx2.AsyncClient) -> int:
    run = (await api.post("/tools/add_numbers/runs", json={"arguments": {"a": 5, "b": 2}})).json()
    assert run["outcome"] == "returned", run
    return run["result"]["sum"]


async def begin_next_release(storage: Path, then: str, data: Path) -> None:
    """What was published stays under its own release's name; of our tool's source, something will answer otherwise."""
    bucket = Bucket.open(str(storage))
    (archive,) = [key for key in await bucket.list_below("images/") if key.endswith(".tar.gz")]
    await bucket.put(archive.replace(then, "the-one-before"), await bucket.get(archive), "application/gzip", "image")
    await bucket.delete_below(f"images/{then}/")
    with closing(sqlite3.connect(data / "sealwright.db")) as database, database:
        database.execute("UPDATE versions SET source = replace(source, 'a + b', 'a - b')")


async def test_what_does_not_carry_over_to_a_new_release_serves_on_its_own_image_and_waits_visibly(
    image: Image, tmp_path: Path
) -> None:
    data, storage, then = tmp_path / "data", tmp_path / "bucket", images.recipe()[:24]
    earlier = marked_image(image, tmp_path / "then" / then, b"an earlier release")
    async with served(data, storage_url=str(storage), images_dir=tmp_path / "then") as product:
        tenant = await sign_up(product)
        assert (await make_live(tenant))["image"] == earlier.digest
    await begin_next_release(storage, then, data)
    (tmp_path / "now").mkdir()
    (tmp_path / "now" / then).symlink_to(image.root)

    async with (
        served(data, storage_url=str(storage), images_dir=tmp_path / "now") as product,
        httpx2.AsyncClient(
            base_url=f"{product.url}/api/v1/tenants/{tenant.slug}", headers=tenant.api.headers, timeout=120
        ) as api,
    ):
        assert await answer_of(api) == 7, "no call in between is refused"
        async with asyncio.timeout(240):
            while not (left := (await api.get("/overview")).json()["waiting"]["left_behind"]):
                pass
        assert left == [{"tool": "add_numbers", "number": 1}]
        assert await answer_of(api) == 7
        version = (await api.get("/tools/add_numbers/versions/1")).json()
        assert (version["left_behind"], version["image"]) == (True, earlier.digest)
        assert (await api.get("/tools/add_numbers/versions/1/component")).status_code == 200


async def test_published_images_that_nothing_needs_go_and_their_pointers_first(stored: Bucket) -> None:
    for release, digest in (("old", "0" * 64), ("needed", "1" * 64)):
        await stored.put(f"images/{release}/digest", digest.encode(), "text/plain", "digest")
        await stored.put(f"images/{release}/{digest}.tar.gz", b"", "application/gzip", "image")
    assert await clear_published(stored, {"1" * 64}, now() - timedelta(days=1)) == 0, "it is young"
    assert await clear_published(stored, {"1" * 64}, now() + timedelta(days=1)) == 1
    assert sorted(await stored.list_below("images/")) == [f"images/needed/{'1' * 64}.tar.gz", "images/needed/digest"]
