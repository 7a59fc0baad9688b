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
_PUBLISHED = "images/"


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
        pointer = f"images/{self._name}/digest"
        try:
            return (await self.bucket.get(pointer)).decode()
        except GoneError:
            image = await asyncio.to_thread(self.build)
            packed = await asyncio.to_thread(images.packed, image)
            # The content first: whoever reads the pointer finds it.
            await self.bucket.put(self._key(image.digest), packed, "application/gzip", f"{image.digest}.tar.gz")
            await self.bucket.put(pointer, image.digest.encode(), "text/plain", "digest")
            return (await self.bucket.get(pointer)).decode()  # somebody may have been faster

    async def _fetched(self, digest: str) -> Image:
        if (found := await asyncio.to_thread(self._here, digest)) is not None:
            return found
        log.warning("fetching the image %s, which other nodes serve", digest)
        packed = await self.bucket.get(self._key(digest))
        return await asyncio.to_thread(images.unpacked, packed, self.root / f"{self._name}-{digest[:12]}", digest)

    def _here(self, digest: str) -> Image | None:
        """That image of this machine: built here, or fetched before."""
        for folder in (self.root / self._name, self.root / f"{self._name}-{digest[:12]}"):
            if (found := images.found(folder)) is not None and found.digest == digest:
                return found
        return None

    async def _of_last_time(self, error: StoreAwayError) -> Image:
        if self._note.exists():
            found = await asyncio.to_thread(self._here, self._note.read_text())
            if found is not None:
                return found
        log.warning("the storage is away (%s): this node serves an image of its own, not the one of others", error)
        return await asyncio.to_thread(self.build)

    def _key(self, digest: str) -> str:
        return f"images/{self._name}/{digest}.tar.gz"


async def find_image(root: Path, bucket: Bucket | None, digest: str) -> Image | None:
    """The image of any release by its digest: of this machine, or published; None when it is neither.

    Raises StoreAwayError and images.BrokenImage.
    """
    found = await asyncio.to_thread(_found_in, root, digest)
    if found is not None or bucket is None:
        return found
    for key in await bucket.list_below(_PUBLISHED):
        name, _, file = key.removeprefix(_PUBLISHED).partition("/")
        if file == f"{digest}.tar.gz":
            log.warning("fetching the image %s of another release", digest)
            packed = await bucket.get(key)
            return await asyncio.to_thread(images.unpacked, packed, root / f"{name}-{digest[:12]}", digest)
    return None


def _found_in(root: Path, digest: str) -> Image | None:
    folders = sorted(path for path in root.glob("*") if path.is_dir())
    return next((image for image in map(images.found, folders) if image is not None and image.digest == digest), None)


async def clear_published(bucket: Bucket, needed: Collection[str], before: datetime) -> int:
    """Take back published images that nothing needs and that were published before then; return how many."""
    gone = 0
    for key, at in (await bucket.list_below(_PUBLISHED)).items():
        name, _, file = key.removeprefix(_PUBLISHED).partition("/")
        digest = file.removesuffix(".tar.gz")
        if file != digest and digest not in needed and at < before:
            # The pointer first: who finds one finds what it names.
            await bucket.delete(f"{_PUBLISHED}{name}/digest")
            await bucket.delete(key)
            gone += 1
    return gone
