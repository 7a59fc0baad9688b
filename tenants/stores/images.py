"""The image that all nodes of one release serve: the first one built is published, the others fetch it.

Two builds of one recipe differ (the guest's hash seed and addresses are drawn while it is made), and a version runs on
the very image it was sealed on: nodes with images of their own would carry each other's tools to and fro for ever. What
counts is a small object under the recipe's name, which is written once, by whoever is first. The storage is trusted as
much as the code; the digest tells what is broken or half there.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox import Image, images
from tenants.capabilities.files.buckets import Bucket, GoneError, StoreAwayError

log = logging.getLogger(__name__)
_PUBLISHED, _PACKED = "images/", ".tar.gz"


@dataclass(frozen=True, slots=True)
class SharedImages:
    """`root` is this machine's folder of images. `build` makes the release's there, or finds it."""

    bucket: Bucket
    root: Path
    recipe: str
    build: Callable[[], Image]

    async def ensure(self) -> Image:
        """The image that this release's nodes have agreed on. Without the storage it is the one of last time.

        Raises images.BrokenImage, and what `build` raises.
        """
        try:
            digest = await self._agreed()
        except StoreAwayError as error:
            return await self._of_last_time(error)
        image = await self._fetched(digest)
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._note.write_text(digest)
        return image

    @property
    def _name(self) -> str:
        return self.recipe[:24]

    @property
    def _note(self) -> Path:
        return self.root / f"{self._name}.agreed"

    async def _agreed(self) -> str:
        pointer = _pointer(self._name)
        try:
            return (await self.bucket.get(pointer)).decode()
        except GoneError:
            image = await asyncio.to_thread(self.build)
            packed = await asyncio.to_thread(images.packed, image)
            # The content first: whoever reads the pointer finds it.
            key = _key(self._name, image.digest)
            await self.bucket.put(key, packed, "application/gzip", f"{image.digest}{_PACKED}")
            await self.bucket.put(pointer, image.digest.encode(), "text/plain", "digest")
            return (await self.bucket.get(pointer)).decode()  # somebody may have been faster

    async def _fetched(self, digest: str) -> Image:
        if (found := await asyncio.to_thread(_find_here, self.root, digest)) is not None:
            return found
        return await _fetch(self.bucket, self.root, self._name, digest)

    async def _of_last_time(self, error: StoreAwayError) -> Image:
        if self._note.exists():
            found = await asyncio.to_thread(_find_here, self.root, self._note.read_text())
            if found is not None:
                return found
        log.warning("the storage is away (%s): this node serves an image of its own, not the one of others", error)
        return await asyncio.to_thread(self.build)


async def find_image(root: Path, bucket: Bucket | None, digest: str) -> Image | None:
    """The image of any release by its digest: of this machine, or published; None when it is neither.

    Raises StoreAwayError and images.BrokenImage.
    """
    found = await asyncio.to_thread(_find_here, root, digest)
    if found is not None or bucket is None:
        return found
    for key in await bucket.list_below(_PUBLISHED):
        name, published = _parts(key)
        if published == digest:
            return await _fetch(bucket, root, name, digest)
    return None


async def clear_published(bucket: Bucket, needed: Collection[str], before: datetime) -> int:
    """Take back published images that nothing needs and that were published before then; return how many."""
    gone = 0
    for key, at in (await bucket.list_below(_PUBLISHED)).items():
        name, digest = _parts(key)
        if digest is not None and digest not in needed and at < before:
            # The pointer first: who finds one finds what it names.
            await bucket.delete(_pointer(name))
            await bucket.delete(key)
            gone += 1
    return gone


async def _fetch(bucket: Bucket, root: Path, name: str, digest: str) -> Image:
    log.warning("fetching the image %s, which other nodes have published", digest)
    packed = await bucket.get(_key(name, digest))
    return await asyncio.to_thread(images.unpacked, packed, root / f"{name}-{digest[:12]}", digest)


def _find_here(root: Path, digest: str) -> Image | None:
    return next((image for image in images.every(root) if image.digest == digest), None)


def _key(name: str, digest: str) -> str:
    return f"{_PUBLISHED}{name}/{digest}{_PACKED}"


def _pointer(name: str) -> str:
    return f"{_PUBLISHED}{name}/digest"


def _parts(key: str) -> tuple[str, str | None]:
    """The release's name, and the digest of the image that lies there; None of what is no image."""
    name, _, file = key.removeprefix(_PUBLISHED).partition("/")
    return name, file.removesuffix(_PACKED) if file.endswith(_PACKED) else None
