"""Base images with the native code that this machine makes of them, and how one travels from machine to machine."""

import gzip
import io
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from sandbox.image import recipes
from sandbox.image.artifacts import HASHES, MANIFEST, MEMORY, TEMPLATE, Image, digest_of
from sandbox.image.recipes import libraries, prepare, recipe
from sandbox.machine import native_code
from sandbox.machine.native_keys import USUAL_METER, MeterKind

__all__ = [
    "BrokenImage",
    "compile_here",
    "ensure",
    "every",
    "found",
    "libraries",
    "packed",
    "prepare",
    "recipe",
    "unpacked",
]

_FILES = (TEMPLATE, MEMORY, HASHES, MANIFEST)


class BrokenImage(Exception):  # noqa: N818  (reads as a sentence)
    """What came as an image is not the one that it is said to be."""


def ensure(root: Path, say: Callable[[str], None] = lambda _: None, meter: MeterKind = USUAL_METER) -> Image:
    """The image of this release, built in `root` if it is not there yet, and compiled for this machine.

    One process builds, the others wait. Raises CompilerFailed, WrongLibrary or Malformed when it cannot be built.
    """
    image = recipes.ensure(root, native_code.page_hashes, say)
    compile_here(image, say, meter)
    return image


def compile_here(image: Image, say: Callable[[str], None] = lambda _: None, meter: MeterKind = USUAL_METER) -> None:
    """Have this machine's native code of an image, which may have been built on another one."""
    native_code.Natives.ensure(image, say, meter)


def found(folder: Path) -> Image | None:
    """The image in a folder; None when there is no whole one."""
    try:
        return Image.read(folder)
    except FileNotFoundError:
        return None


def every(root: Path) -> list[Image]:
    """The whole images in the folders of `root`, which need not be there."""
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [image for image in map(found, folders) if image is not None]


def packed(image: Image) -> bytes:
    """All that an image is, as one archive: about a third of its size. Native code stays where it was made."""
    archive = io.BytesIO()
    with gzip.open(archive, "wb", compresslevel=1) as squeezed, tarfile.open(fileobj=squeezed, mode="w|") as files:
        for name in _FILES:
            files.add(image.root / name, name)
    return archive.getvalue()


def unpacked(archive: bytes, folder: Path, digest: str) -> Image:
    """The image of that digest, put into `folder`, which is there when all of it is. Raises BrokenImage."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
        made = Path(scratch) / "image"
        try:
            with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
                files.extractall(made, members=[files.getmember(name) for name in _FILES], filter="data")
            came = digest_of((made / TEMPLATE).read_bytes(), (made / MEMORY).read_bytes())
        except (OSError, EOFError, KeyError, tarfile.TarError) as error:
            raise BrokenImage(f"The image {digest} cannot be read: {error}") from error
        if came != digest:
            raise BrokenImage(f"The image {digest} is another one, {came}.")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return Image.read(folder)
