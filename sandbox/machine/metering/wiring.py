"""How the component asks its host for the next slice, and says what is left: sections that come after all others.

The linked module asks through a table of its own, of one slot, which is filled when all else is in place. So nothing in
the component is renumbered.
"""

from collections.abc import Iterator

from sandbox.image import wasm, wasm_components
from sandbox.image.wasm import Malformed, Section, name, sint, uint, vector
from sandbox.image.wasm_components import Alias, CoreInstance, Item, core_alias
from sandbox.machine.metering.charging import LEFT, SLICES

REFILL = "refill"
"""What the component imports: a function without parameters that answers with the next slice."""
READ_LEFT = "left"
"""What it exports: what of all slices is left."""

_RETURNING_S64 = b"\x40\0\0\x78"
_BACK = {wasm_components.REALLOC_OPTION, wasm_components.POST_RETURN_OPTION}


def called_back(sections: list[Section]) -> set[str]:
    """The exports of the linked module that a host calls while the component may not call it.

    Raises Malformed for one that no core module exports.
    """
    functions: list[Item] = []
    wanted: set[int] = set()
    for section in sections:
        functions += (item for sort, item in wasm_components.read_items(section) if sort == "core func")
        if section.kind == wasm_components.CANON:
            options = wasm_components.read_canon(section.body).options
            wanted |= {index for kind, index in options if kind in _BACK and index is not None}
    return {_name(functions[index]) for index in wanted}


def _name(item: Item) -> str:
    if not isinstance(item, Alias) or item.name is None:
        raise Malformed("a function that is called back and that no core module exports")
    return item.name


def wires(sections: list[Section], place: int) -> Iterator[Section]:
    """What comes after a component's sections. `place` is that of the metered module among them. Raises Malformed."""
    count, module = wasm_components.count_items(sections), _core_modules(sections[:place])
    instances = [
        one
        for section in sections
        if section.kind == wasm_components.CORE_INSTANCE
        for one in wasm_components.read_core_instances(section.body)
    ]
    [linked] = (at for at, one in enumerate(instances) if one.module == module)
    function, asked = count["func"], count["core func"]
    yield Section(wasm_components.TYPE, vector([_RETURNING_S64]))
    yield Section(wasm_components.IMPORT, vector([b"\0" + name(REFILL) + b"\1" + uint(count["type"])]))
    yield Section(wasm_components.CANON, vector([b"\1\0" + uint(function) + b"\0"]))
    aliases = [core_alias("core table", linked, SLICES), core_alias("core func", linked, LEFT)]
    yield Section(wasm_components.ALIAS, vector(aliases))
    yield Section(wasm_components.CORE_MODULE, _filling())
    bag = [name(REFILL) + b"\0" + uint(asked), name(SLICES) + b"\1" + uint(count["core table"])]
    made = [CoreInstance(None, exports=vector(bag)), CoreInstance(_core_modules(sections), (("", len(instances)),))]
    yield Section(wasm_components.CORE_INSTANCE, vector(one.encode() for one in made))
    yield Section(wasm_components.CANON, vector([b"\0\0" + uint(asked + 1) + b"\0" + uint(count["type"])]))
    exported = b"\0" + name(READ_LEFT) + b"\1" + uint(function + 1) + b"\0"
    yield Section(wasm_components.EXPORT, vector([exported]))


def _core_modules(sections: list[Section]) -> int:
    imported = wasm_components.count_items(sections)["core module"]
    return imported + sum(one.kind == wasm_components.CORE_MODULE for one in sections)


def _filling() -> bytes:
    """The module that puts the host's function into the table's slot."""
    imports = [
        name("") + name(REFILL) + bytes([wasm.FUNC, 0]),
        name("") + name(SLICES) + bytes([wasm.TABLE]) + b"\x70\1\1\1",
    ]
    sections = [
        Section(wasm.M_TYPE, vector([b"\x60\0\1\x7e"])),
        Section(wasm.M_IMPORT, vector(imports)),
        Section(wasm.M_ELEMENT, vector([b"\0\x41" + sint(0) + b"\x0b" + vector([b"\0"])])),
    ]
    return wasm.join(sections, wasm.MODULE_HEADER)
