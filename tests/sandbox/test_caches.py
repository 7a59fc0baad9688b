import asyncio
from pathlib import Path
from typing import BinaryIO

import pytest

from sandbox import Component
from sandbox.machine.native_cache import Cache


def component(digest: str) -> Component:
    return Component("tool", "image", digest, "source", b"patch")


class Maker:
    """Makes ten bytes, and counts."""

    def __init__(self) -> None:
        self.made = 0

    async def make(self, native: BinaryIO) -> None:
        self.made += 1
        await asyncio.sleep(0)
        native.write(b"0123456789")


async def touch(cache: Cache, maker: Maker, digest: str) -> bytes:
    async with cache.file(component(digest), "delta", maker.make) as path:
        return Path(path).read_bytes()


async def test_a_file_is_made_once_however_many_ask_at_the_same_time(tmp_path: Path):
    cache, maker = Cache.open(tmp_path), Maker()

    assert await asyncio.gather(*(touch(cache, maker, "a") for _ in range(20))) == [b"0123456789"] * 20
    assert maker.made == 1


async def test_what_was_unused_for_longest_makes_room(tmp_path: Path):
    cache, maker = Cache.open(tmp_path, bytes_max=30), Maker()
    for digest in ("a", "b", "c", "a", "d"):
        await touch(cache, maker, digest)
    assert maker.made == 4

    await touch(cache, maker, "a")
    assert maker.made == 4
    await touch(cache, maker, "b")
    assert maker.made == 5


async def test_what_is_in_use_stays(tmp_path: Path):
    cache, maker = Cache.open(tmp_path, bytes_max=10), Maker()
    async with cache.file(component("a"), "delta", maker.make) as path:
        for digest in ("b", "c", "d"):
            await touch(cache, maker, digest)

        assert Path(path).exists()


async def test_files_are_found_again_and_forged_ones_are_made_anew(tmp_path: Path):
    maker = Maker()
    first = Cache.open(tmp_path)
    async with first.file(component("a"), "delta", maker.make) as path:
        assert Path(path).stat().st_mode & 0o777 == 0o444
    again = Cache.open(tmp_path)
    await touch(again, maker, "a")
    assert maker.made == 1

    Path(path).chmod(0o600)
    Path(path).write_bytes(b"forged")
    assert await touch(Cache.open(tmp_path), maker, "a") == b"0123456789"
    assert maker.made == 2


async def test_a_file_that_another_process_removed_is_made_again(tmp_path: Path):
    cache, maker = Cache.open(tmp_path), Maker()
    async with cache.file(component("a"), "delta", maker.make) as path:
        pass
    Path(path).unlink()

    assert await touch(cache, maker, "a") == b"0123456789"


async def test_a_failed_making_is_tried_again_by_the_next(tmp_path: Path):
    cache, maker = Cache.open(tmp_path), Maker()

    async def fail(native: BinaryIO) -> None:
        native.write(b"half")
        raise RuntimeError("no compiler")

    with pytest.raises(RuntimeError, match="no compiler"):
        async with cache.file(component("a"), "delta", fail):
            pass
    assert await touch(cache, maker, "a") == b"0123456789"


async def test_forms_and_components_never_share_a_file(tmp_path: Path):
    cache, maker = Cache.open(tmp_path), Maker()
    names: set[str] = set()
    for digest, form in (("a", "delta"), ("a", "full"), ("b", "delta")):
        async with cache.file(component(digest), "full" if form == "full" else "delta", maker.make) as path:
            names.add(path)

    assert len(names) == maker.made == 3
