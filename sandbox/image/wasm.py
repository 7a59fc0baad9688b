"""WebAssembly core modules: read what an image build needs to know, write what it changes. No instance is made here.

Core modules and components (wasm_components.py) share one frame: a header, then sections of id, size, body. Names of
sections and of the parts of their bodies are those of the two specifications.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MODULE_HEADER = b"\0asm\x01\0\0\0"

FUNC, TABLE, MEMORY, GLOBAL = 0, 1, 2, 3
PAGE_BYTES = 1 << 16

CUSTOM = 0  # a section that means nothing to who runs it, in both formats
# Sections of a core module.
M_TYPE, M_IMPORT, M_FUNC, M_TABLE, M_MEMORY, M_GLOBAL, M_EXPORT, M_START = range(1, 9)
M_ELEMENT, M_CODE, M_DATA, M_DATA_COUNT = range(9, 13)

I32, I64 = 0x7F, 0x7E
_CONST = {0x41: "i", 0x42: "i", 0x43: 4, 0x44: 8, 0x23: "i", 0xD0: "i", 0xD2: "i"}
_ADDS = {0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E}
_END = 0x0B
_FUNCTION_TYPE = 0x60


class Malformed(ValueError):  # noqa: N818  (reads as a sentence)
    """The bytes are not a WebAssembly binary of the kind this module reads."""


def read_uint(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned (or the raw bits of a signed) LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_sint(data: bytes, at: int) -> tuple[int, int]:
    """A signed LEB128 number, and where it ends."""
    value, end = read_uint(data, at)
    bits = 7 * (end - at)
    return (value - (1 << bits) if data[end - 1] & 0x40 else value), end


def read_name(data: bytes, at: int) -> tuple[str, int]:
    size, at = read_uint(data, at)
    return data[at : at + size].decode(), at + size


def uint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sint(value: int) -> bytes:
    """A signed LEB128 number, as `i32.const` and `i64.const` take it."""
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def name(text: str) -> bytes:
    encoded = text.encode()
    return uint(len(encoded)) + encoded


def vector(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return uint(len(items)) + b"".join(items)


@dataclass(frozen=True, slots=True)
class Section:
    kind: int
    body: bytes

    def encode(self) -> bytes:
        return bytes([self.kind]) + uint(len(self.body)) + self.body


def split(binary: bytes, header: bytes) -> list[Section]:
    """The sections of a module or component. Raises Malformed."""
    if binary[:8] != header:
        raise Malformed(f"the header is {binary[:8]!r}, not {header!r}")
    sections: list[Section] = []
    at = 8
    while at < len(binary):
        kind = binary[at]
        size, at = read_uint(binary, at + 1)
        if at + size > len(binary):
            raise Malformed(f"section {kind} at {at} claims {size} bytes, past the end")
        sections.append(Section(kind, binary[at : at + size]))
        at += size
    return sections


def join(sections: Iterable[Section], header: bytes) -> bytes:
    return header + b"".join(section.encode() for section in sections)


@dataclass(frozen=True, slots=True)
class Import:
    module: str
    name: str
    kind: int
    type: bytes


@dataclass(frozen=True, slots=True)
class Export:
    name: str
    kind: int
    index: int


@dataclass(slots=True)
class Module:
    """A core module, read as far as an image build must know it. `sections` is the whole of it, in order."""

    sections: list[Section]
    imports: list[Import] = field(default_factory=list[Import])
    exports: list[Export] = field(default_factory=list[Export])
    globals: list[bytes] = field(default_factory=list[bytes])
    memory: tuple[int, int | None] | None = None

    @classmethod
    def parse(cls, binary: bytes) -> "Module":
        module = cls(split(binary, MODULE_HEADER))
        for section in module.sections:
            if section.kind == M_IMPORT:
                module.imports = list(_imports(section.body))
            elif section.kind == M_EXPORT:
                module.exports = list(_exports(section.body))
            elif section.kind == M_GLOBAL:
                module.globals = list(_global_types(section.body))
            elif section.kind == M_MEMORY:
                module.memory = _only_memory(section.body)
        return module

    def section(self, kind: int) -> bytes:
        """The body of the only section of this kind; empty when there is none."""
        return next((section.body for section in self.sections if section.kind == kind), b"")

    def imported(self, kind: int) -> int:
        return sum(one.kind == kind for one in self.imports)

    def mutable_globals(self) -> list[int]:
        """Indexes, in the module's global index space, of the mutable globals that it defines itself."""
        first = self.imported(GLOBAL)
        return [first + at for at, kind in enumerate(self.globals) if kind[1] == 1]

    def encode(self) -> bytes:
        return join(self.sections, MODULE_HEADER)


def _imports(body: bytes) -> Iterator[Import]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        module, at = read_name(body, at)
        field_name, at = read_name(body, at)
        kind, start = body[at], at + 1
        at = _skip_extern_type(body, kind, start)
        yield Import(module, field_name, kind, body[start:at])


def _skip_extern_type(body: bytes, kind: int, at: int) -> int:
    if kind == FUNC:
        return read_uint(body, at)[1]
    if kind == GLOBAL:
        return at + 2
    if kind == TABLE:
        at += 1
    elif kind != MEMORY:
        raise Malformed(f"an import of kind {kind}")
    return _read_limits(body, at)[2]


def _read_limits(body: bytes, at: int) -> tuple[int, int | None, int]:
    flags = body[at]
    least, at = read_uint(body, at + 1)
    if not flags & 1:
        return least, None, at
    most, at = read_uint(body, at)
    return least, most, at


def _only_memory(body: bytes) -> tuple[int, int | None]:
    count, at = read_uint(body, 0)
    if count != 1:
        raise Malformed(f"{count} memories in one module")
    return _read_limits(body, at)[:2]


def _exports(body: bytes) -> Iterator[Export]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        export_name, at = read_name(body, at)
        kind = body[at]
        index, at = read_uint(body, at + 1)
        yield Export(export_name, kind, index)


def _global_types(body: bytes) -> Iterator[bytes]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        yield body[at : at + 2]
        at = skip_expression(body, at + 2)


def skip_expression(body: bytes, at: int) -> int:
    """Past a constant expression. Raises Malformed."""
    while body[at] != _END:
        operand = _CONST.get(body[at])
        if operand is None and body[at] not in _ADDS:
            raise Malformed(f"opcode {body[at]:#x} in a constant expression")
        at += 1
        if operand == "i":
            at = read_uint(body, at)[1]
        elif isinstance(operand, int):
            at += operand
    return at + 1


def function_types(module: Module) -> list[bytes]:
    """The bytes of each of a module's types. Raises Malformed for one that is not a function's."""
    body = module.section(M_TYPE) or b"\0"
    found: list[bytes] = []
    count, at = read_uint(body, 0)
    for _ in range(count):
        start = at
        if body[at] != _FUNCTION_TYPE:
            raise Malformed(f"a type of form {body[at]:#x}")
        at += 1
        for _ in ("parameters", "results"):
            size, at = read_uint(body, at)
            at += size
        found.append(body[start:at])
    return found


def initial_memory(module: Module) -> bytearray:
    """The memory that a module's active data segments make, of its least size. Raises Malformed."""
    if module.memory is None:
        raise Malformed("the module defines no memory")
    memory = bytearray(module.memory[0] * PAGE_BYTES)
    body = module.section(M_DATA)
    count, at = read_uint(body, 0)
    for _ in range(count):
        if body[at : at + 2] != b"\0\x41":
            raise Malformed("a data segment that is not active at a constant offset of memory 0")
        offset, at = read_uint(body, at + 2)
        size, at = read_uint(body, at + 1)
        memory[offset : offset + size] = body[at : at + size]
        at += size
    return memory
