"""Base images with the native code that this machine makes of them."""

from collections.abc import Callable
from pathlib import Path

from sandbox.image import recipes
from sandbox.image.artifacts import Image
from sandbox.image.recipes import libraries, prepare, recipe
from sandbox.machine import native_code

__all__ = ["ensure", "libraries", "prepare", "recipe"]


def ensure(root: Path, say: Callable[[str], None] = lambda _: None) -> Image:
    """The image of this release, built in `root` if it is not there yet, and compiled for this machine.

    One process builds, the others wait. Raises CompilerFailed, WrongLibrary or Malformed when it cannot be built.
    """
    image = recipes.ensure(root, native_code.page_hashes, say)
    native_code.Natives.ensure(image, say)
    return image
