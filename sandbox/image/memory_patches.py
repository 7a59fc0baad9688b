"""A fork's changed memory pages: their stored form, and the two small modules that bring them back.

Pages here are 4 KiB, as operating systems have them; a memory's own unit is `wasm.PAGE_BYTES`, 64 KiB.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import zstandard

from sandbox.contract.components import Component
from sandbox.image import wasm
from sandbox.image.templates import MAIN

PAGE = 4096
_ZERO = bytes(PAGE)
_LEVEL = 9
_MAX_PATCH_BYTES = 1 << 30


class InvalidPatch(ValueError):  # noqa: N818  (reads as a sentence)
    """A stored patch is not what its digest says."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The content of each changed page by its number, and the memory's size in 64 KiB units."""

    memory: int
    pages: Mapping[int, bytes]


def encode(changes: Changes, base: memoryview) -> bytes:
    """The stored form: numbers, then each page XORed with the base's, compressed."""
    numbers = sorted(changes.pages)
    gaps = (number - before for before, number in zip([0, *numbers], numbers, strict=False))
    head = wasm.uint(changes.memory) + wasm.vector(wasm.uint(gap) for gap in gaps)
    body = b"".join(_xor(changes.pages[number], _base_page(base, number)) for number in numbers)
    return zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(head + body)


def decode(patch: bytes, base: memoryview) -> Changes:
    """What `encode` was given. Raises InvalidPatch."""
    try:
        plain = zstandard.ZstdDecompressor().decompress(patch, max_output_size=_MAX_PATCH_BYTES)
        memory, at = wasm.read_uint(plain, 0)
        count, at = wasm.read_uint(plain, at)
        numbers: list[int] = []
        for _ in range(count):
            gap, at = wasm.read_uint(plain, at)
            numbers.append(gap + (numbers[-1] if numbers else 0))
    except (zstandard.ZstdError, IndexError) as error:
        raise InvalidPatch(f"the patch cannot be read: {error}") from error
    if len(plain) != at + count * PAGE or (numbers and numbers[-1] * PAGE >= memory * wasm.PAGE_BYTES):
        raise InvalidPatch("the patch is not as long as it says")
    pages = {
        number: _xor(plain[at + place * PAGE : at + (place + 1) * PAGE], _base_page(base, number))
        for place, number in enumerate(numbers)
    }
    return Changes(memory, pages)


def verified(component: Component, base: memoryview) -> Changes:
    """What a component's patch says, held against its digest: what runs is what was approved. Raises InvalidPatch."""
    changes = decode(component.patch, base)
    if digest(component.image, changes) != component.digest:
        raise InvalidPatch(f"the patch of {component.name} is not the one that its digest {component.digest} names")
    return changes


def digest(image: str, changes: Changes) -> str:
    """Names an image with its changes: sha256 in hex. Independent of how they are compressed."""
    found = hashlib.sha256(f"{image} {changes.memory}".encode())
    for number in sorted(changes.pages):
        found.update(wasm.uint(number) + changes.pages[number])
    return found.hexdigest()


def _base_page(base: memoryview, number: int) -> bytes:
    """A page past the base's end is zero."""
    page = bytes(base[number * PAGE : (number + 1) * PAGE])
    return page or _ZERO


def _xor(page: bytes, other: bytes) -> bytes:
    return (int.from_bytes(page, "little") ^ int.from_bytes(other, "little")).to_bytes(PAGE, "little")


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """(first, past last) of each run of adjacent numbers."""
    start = previous = None
    for number in numbers:
        if start is None or previous is None or number != previous + 1:
            if start is not None and previous is not None:
                yield start, previous + 1
            start = number
        previous = number
    if start is not None and previous is not None:
        yield start, previous + 1


def image_module(base: memoryview, changes: Changes) -> bytes:
    """The module that owns the memory, its content the base's with the changes."""
    numbers = [
        number
        for number in range(changes.memory * wasm.PAGE_BYTES // PAGE)
        if (changes.pages.get(number) or _base_page(base, number)) != _ZERO
    ]
    segments = (
        b"\0\x41" + wasm.sint(first * PAGE) + b"\x0b" + _bytes_of(base, changes, first, last)
        for first, last in _runs(numbers)
    )
    return wasm.join(
        [
            wasm.Section(wasm.M_MEMORY, b"\1\0" + wasm.uint(changes.memory)),
            wasm.Section(wasm.M_EXPORT, wasm.vector([wasm.name("memory") + bytes([wasm.MEMORY, 0])])),
            wasm.Section(wasm.M_DATA, wasm.vector(segments)),
        ],
        wasm.MODULE_HEADER,
    )


def _bytes_of(base: memoryview, changes: Changes, first: int, last: int) -> bytes:
    content = b"".join(changes.pages.get(number) or _base_page(base, number) for number in range(first, last))
    return wasm.uint(len(content)) + content


def delta_module(changes: Changes | None) -> bytes:
    """The module that writes the changed pages at its start, growing the memory first if need be."""
    runs = list(_runs(sorted(changes.pages))) if changes else []
    memory = wasm.name(MAIN) + wasm.name("memory") + bytes([wasm.MEMORY, 0, 1])
    exports = [wasm.name(key) + bytes([wasm.FUNC, 0]) for key in ("pages", "globals")]
    exports += [wasm.name("size") + bytes([wasm.FUNC, 1]), wasm.name("out") + bytes([wasm.MEMORY, 0])]
    codes = [b"\0\0\x0b", b"\0\x3f\0\x0b", b"\0" + _start(changes, runs) + b"\x0b"]
    segments = (_passive(changes, first, last) for first, last in runs)
    return wasm.join(
        [
            wasm.Section(wasm.M_TYPE, wasm.vector([b"\x60\0\1\x7f", b"\x60\0\0"])),
            wasm.Section(wasm.M_IMPORT, wasm.vector([memory])),
            wasm.Section(wasm.M_FUNC, b"\3\0\0\1"),
            wasm.Section(wasm.M_EXPORT, wasm.vector(exports)),
            wasm.Section(wasm.M_START, b"\2"),
            wasm.Section(wasm.M_DATA_COUNT, wasm.uint(len(runs))),
            wasm.Section(wasm.M_CODE, wasm.vector(wasm.uint(len(code)) + code for code in codes)),
            wasm.Section(wasm.M_DATA, wasm.vector(segments)),
        ],
        wasm.MODULE_HEADER,
    )


def _passive(changes: Changes | None, first: int, last: int) -> bytes:
    pages: Mapping[int, bytes] = changes.pages if changes else {}
    content = b"".join(pages[number] for number in range(first, last))
    return b"\1" + wasm.uint(len(content)) + content


def _start(changes: Changes | None, runs: list[tuple[int, int]]) -> bytes:
    """(if (memory.size < memory) (if (memory.grow ...) == -1 (unreachable))), then one memory.init a run."""
    if changes is None:
        return b""
    pages = b"\x41" + wasm.sint(changes.memory)
    grow = pages + b"\x3f\0\x6b\x40\0\x41\x7f\x46\x04\x40\0\x0b"
    out = [b"\x3f\0" + pages + b"\x49\x04\x40" + grow + b"\x0b"]
    for segment, (first, last) in enumerate(runs):
        operands = (first * PAGE, 0, (last - first) * PAGE)
        out += [b"\x41" + wasm.sint(value) for value in operands]
        out.append(b"\xfc\x08" + wasm.uint(segment) + b"\0")
    return b"".join(out)
