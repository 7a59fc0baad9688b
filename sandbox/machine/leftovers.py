"""What lies on a machine and is used no more: native code of others, half-written files, images of past releases."""

import re
import shutil
import time
from collections.abc import Collection, Generator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import get_args

from sandbox.image.artifacts import MANIFEST, Image
from sandbox.machine.native_cache import file_name
from sandbox.machine.native_code import Form
from sandbox.machine.native_keys import MeterKind, native_key

_HALF_WRITTEN = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{8}")
# Nothing is written for so long.
_WRITING_S = 3_600.0
_DAY_S = 86_400.0


def mark_used(image: Image) -> None:
    """Have an image count as used now; on a read-only disk nobody else clears it away either."""
    with suppress(OSError):
        (image.root / MANIFEST).touch()


def clear_machine(cache: Path, images_root: Path, needed: Collection[str], days: int) -> list[Path]:
    """Remove half-written native code, and native code and images that nobody used for so many days; return them.

    `needed` are digests of images that stay.
    """
    gone: list[Path] = []
    for path in [*_half_written(cache), *_native_code(cache, images_root, days), *_images(images_root, needed, days)]:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            gone.append(path)
    return gone


def forget_components(cache: Path, components: Iterable[tuple[str, str]]) -> int:
    """Remove the native code of components, by the digests of their image and of themselves; return how many files."""
    gone = 0
    for image, digest in components:
        for form in get_args(Form):
            for path in cache.glob(f"native-*/{file_name(image, digest, form)}*"):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _half_written(cache: Path) -> Generator[Path]:
    for path in cache.glob("native-*/*"):
        if _HALF_WRITTEN.fullmatch(path.name) and _age_s(path) > _WRITING_S:
            yield path


def _native_code(cache: Path, images_root: Path, days: int) -> Generator[Path]:
    own = {f"native-{native_key(meter)}" for meter in get_args(MeterKind)}
    for folder in (*cache.glob("native-*"), *images_root.glob("*/native-*")):
        if folder.name not in own and _age_s(folder) > days * _DAY_S:
            yield folder


def _images(root: Path, needed: Collection[str], days: int) -> Generator[Path]:
    for manifest in root.glob(f"*/{MANIFEST}"):
        if _age_s(manifest) > days * _DAY_S and Image.read(manifest.parent).digest not in needed:
            yield manifest.parent


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # somebody was faster
        return 0.0
