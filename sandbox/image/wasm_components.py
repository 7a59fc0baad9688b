"""WebAssembly components, in binary: the sections that an image build writes or changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.image.wasm import Malformed, Section, name, read_name, read_uint, uint, vector

COMPONENT_HEADER = b"\0asm\x0d\0\x01\0"
CORE_MODULE, CORE_INSTANCE, CORE_TYPE, COMPONENT, INSTANCE, ALIAS, TYPE, CANON = range(1, 9)
IMPORT, EXPORT = 10, 11


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


_CORE_SORTS = {0: "core func", 1: "core table", 2: "core memory", 3: "core global", 0x11: "core module"}
_SORTS = {1: "func", 2: "value", 3: "type", 4: "component", 5: "instance"}
_CORE_NUMBERS = {sort: number for number, sort in _CORE_SORTS.items()}


@dataclass(frozen=True, slots=True)
class Alias:
    """What an instance exports, or (with `name` None) what an enclosing component has. `encoded` is all of it."""

    sort: str
    of_core_instance: bool
    index: int
    name: str | None
    encoded: bytes


def core_alias(sort: str, instance: int, key: str) -> bytes:
    """What a core instance exports, as an item of an alias section."""
    return bytes([0, _CORE_NUMBERS[sort], 1]) + uint(instance) + name(key)


def read_aliases(body: bytes) -> Iterator[Alias]:
    count, at = read_uint(body, 0)
    for _ in range(count):
        start, core = at, body[at] == 0
        sort = _CORE_SORTS[body[at + 1]] if core else _SORTS[body[at]]
        at += 2 if core else 1
        target = body[at]
        index, at = read_uint(body, at + 1)
        key = None
        if target == 2:
            at = read_uint(body, at)[1]
        else:
            key, at = read_name(body, at)
        yield Alias(sort, target == 1, index, key, body[start:at])


def move_alias_instances(body: bytes, by: int) -> bytes:
    """An alias section whose aliases of core exports point at instances `by` further on; others are kept."""
    return vector(
        core_alias(one.sort, one.index + by, one.name) if one.of_core_instance and one.name is not None else one.encoded
        for one in read_aliases(body)
    )


def read_bag(exports: bytes) -> dict[str, tuple[str, int]]:
    """The exports of a core instance without a module: the sort and the index of each, by its name."""
    found: dict[str, tuple[str, int]] = {}
    count, at = read_uint(exports, 0)
    for _ in range(count):
        key, at = read_name(exports, at)
        sort = _CORE_SORTS[exports[at]]
        index, at = read_uint(exports, at + 1)
        found[key] = (sort, index)
    return found


LIFT, LOWER, DROP = 0, 1, 3
MEMORY_OPTION, REALLOC_OPTION, POST_RETURN_OPTION = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Canon:
    """A function carried over the border between core modules and components.

    `function` is the index of the one it is made of (of a type, for one that drops a resource), `options` are pairs of
    a kind and an index, `rest` is what follows: a lifted function's type.
    """

    form: int
    function: int
    options: tuple[tuple[int, int | None], ...] = ()
    rest: bytes = b""

    def encode(self) -> bytes:
        options = vector(bytes([kind]) + (b"" if index is None else uint(index)) for kind, index in self.options)
        return vector([bytes([self.form, 0]) + uint(self.function) + options + self.rest])


def read_canon(body: bytes) -> Canon:
    """A canonical section, of one function. Raises Malformed for a form that needs another machine than ours."""
    # Only a count of one can be read without knowing every canonical built-in.
    if body[0] != 1:
        raise Malformed("a canonical section of more than one function")
    form = body[1]
    if form == DROP:
        return Canon(form, read_uint(body, 2)[0])
    if form not in {LIFT, LOWER}:
        raise Malformed(f"a canonical function of form {form:#x}")
    function, at = read_uint(body, 3)
    options, at = _read_options(body, at)
    return Canon(form, function, options, body[at:])


def _read_options(body: bytes, at: int) -> tuple[tuple[tuple[int, int | None], ...], int]:
    count, at = read_uint(body, at)
    found: list[tuple[int, int | None]] = []
    for _ in range(count):
        kind, index = body[at], None
        at += 1
        if kind in {MEMORY_OPTION, REALLOC_OPTION, POST_RETURN_OPTION}:
            index, at = read_uint(body, at)
        found.append((kind, index))
    return tuple(found), at


def count_items(sections: Iterable[Section]) -> dict[str, int]:
    """How many items each index space of a component has that a section after these may refer to."""
    counts = dict.fromkeys([*_CORE_SORTS.values(), *_SORTS.values()], 0)
    for section in sections:
        for sort, _ in read_items(section):
            counts[sort] += 1
    return counts


Item = Alias | Canon | str | None


def read_items(section: Section) -> Iterator[tuple[str, Item]]:
    """What a section adds to a component's index spaces: the sort of each, and what made it.

    For what is imported or exported that is its name; what has none is None.
    """
    body = section.body
    if section.kind == ALIAS:
        yield from ((one.sort, one) for one in read_aliases(body))
    elif section.kind == CANON:
        canon = read_canon(body)
        yield ("func" if canon.form == LIFT else "core func"), canon
    elif section.kind in (IMPORT, EXPORT):
        yield _named(body)
    elif section.kind in _MANY:
        yield from [(_MANY[section.kind], None)] * read_uint(body, 0)[0]
    elif section.kind == COMPONENT:
        yield "component", None


_MANY = {TYPE: "type", INSTANCE: "instance"}


def _named(body: bytes) -> tuple[str, str]:
    if body[0] != 1:
        raise Malformed("an import or export section of more than one item")
    key, at = read_name(body, 2)
    return (_CORE_SORTS[body[at + 1]] if body[at] == 0 else _SORTS[body[at]]), key
