"""WebAssembly components, in binary: the sections that an image build writes or changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.image.wasm import Malformed, Section, name, read_name, read_uint, uint, vector

COMPONENT_HEADER = b"\0asm\x0d\0\x01\0"
CORE_MODULE, CORE_INSTANCE, CORE_TYPE, ALIAS, TYPE, CANON, IMPORT, EXPORT = 1, 2, 3, 6, 7, 8, 10, 11


@dataclass(frozen=True, slots=True)
class CoreInstance:
    """An instance of `module` with (name, instance) arguments; or, without a module, a bag of `exports`."""

    module: int | None
    arguments: tuple[tuple[str, int], ...] = ()
    exports: bytes = b""

    def encode(self) -> bytes:
        if self.module is None:
            return b"\1" + self.exports
        arguments = (name(key) + b"\x12" + uint(index) for key, index in self.arguments)
        return b"\0" + uint(self.module) + vector(arguments)

    def moved(self, by: int) -> "CoreInstance":
        """The same, when `by` instances are put before all others."""
        return CoreInstance(self.module, tuple((key, index + by) for key, index in self.arguments), self.exports)


def read_core_instances(body: bytes) -> Iterator[CoreInstance]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        form, at = body[at], at + 1
        if form == 0:
            one, at = _read_instantiation(body, at)
        else:
            start = at
            at = _skip_bag(body, at)
            one = CoreInstance(None, exports=body[start:at])
        yield one


def _read_instantiation(body: bytes, at: int) -> tuple[CoreInstance, int]:
    module, at = read_uint(body, at)
    count, at = read_uint(body, at)
    arguments: list[tuple[str, int]] = []
    for _ in range(count):
        key, at = read_name(body, at)
        index, at = read_uint(body, at + 1)
        arguments.append((key, index))
    return CoreInstance(module, tuple(arguments)), at


def _skip_bag(body: bytes, at: int) -> int:
    count, at = read_uint(body, at)
    for _ in range(count):
        _, at = read_name(body, at)
        at = read_uint(body, at + 1)[1]
    return at


def move_alias_instances(body: bytes, by: int) -> bytes:
    """An alias section whose aliases of core exports point at instances `by` further on; others are kept."""
    count, at = read_uint(body, 0)
    items: list[bytes] = []
    for _ in range(count):
        start = at
        at += 2 if body[at] == 0 else 1
        target, at = body[at], at + 1
        if target == 1:
            instance, rest = read_uint(body, at)
            at = read_name(body, rest)[1]
            items.append(body[start : rest - len(uint(instance))] + uint(instance + by) + body[rest:at])
            continue
        _, at = read_uint(body, at)
        at = read_name(body, at)[1] if target == 0 else read_uint(body, at)[1]
        items.append(body[start:at])
    return vector(items)


_CORE_SORTS = {0: "core func", 1: "core table", 2: "core memory", 3: "core global", 0x11: "core module"}
_SORTS = {1: "func", 2: "value", 3: "type", 4: "component", 5: "instance"}


def count_items(sections: Iterable[Section]) -> dict[str, int]:
    """How many items each index space of a component has that a section after these may refer to."""
    counts = dict.fromkeys([*_CORE_SORTS.values(), *_SORTS.values()], 0)
    for section in sections:
        for item in _made_by(section):
            counts[item] += 1
    return counts


def _made_by(section: Section) -> Iterator[str]:
    body = section.body
    if section.kind in (TYPE, 4, 5):
        count = 1 if section.kind == 4 else read_uint(body, 0)[0]
        yield from [{TYPE: "type", 4: "component", 5: "instance"}[section.kind]] * count
    elif section.kind == CANON:
        # Only a count of one can be read without knowing every canonical built-in.
        if body[0] != 1:
            raise Malformed("a canonical section of more than one function")
        yield "func" if body[1] == 0 else "core func"
    elif section.kind == ALIAS:
        yield from _aliased(body)
    elif section.kind in (IMPORT, EXPORT):
        yield from _named(body)


def _aliased(body: bytes) -> Iterator[str]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        core = body[at] == 0
        yield _CORE_SORTS[body[at + 1]] if core else _SORTS[body[at]]
        at += 2 if core else 1
        target, at = body[at], at + 1
        _, at = read_uint(body, at)
        at = read_uint(body, at)[1] if target == 2 else read_name(body, at)[1]


def _named(body: bytes) -> Iterator[str]:
    if body[0] != 1:
        raise Malformed("an import or export section of more than one item")
    at = read_name(body, 2)[1]
    if body[at] == 0:
        yield _CORE_SORTS[body[at + 1]]
    else:
        yield _SORTS[body[at]]
