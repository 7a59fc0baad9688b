"""The component around a linked module: what the host answers goes in, what the tool exports comes out.

shim      functions that the linked module imports; each passes its arguments on through a slot of a table
linked    the module
fix-up    puts into those slots the host's functions, which need the linked module's memory to be made
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.image import opcodes, wasm, wasm_components
from sandbox.image.linking.graph import External, Graph
from sandbox.image.wasm import Malformed, Section, name, sint, uint, vector
from sandbox.image.wasm_components import Alias, Canon, CoreInstance, core_alias

HOST = "host"
_TABLE = "$imports"
_OF_INDEX = {
    wasm_components.MEMORY_OPTION: "core memory",
    wasm_components.REALLOC_OPTION: "core func",
    wasm_components.POST_RETURN_OPTION: "core func",
}
_SHIM, _BAG, _LINKED, _FIXES = range(4)  # the core instances, beside the fix-up's own


@dataclass(frozen=True, slots=True)
class Border:
    """What crosses between the linked module and the component.

    `exports` are names of the module's functions that the component uses, by the number that each has among the core
    functions of the component it was linked from; `imports` names what the module asks of the host.
    """

    exports: Mapping[int, str]
    imports: Mapping[External, str]


def border(graph: Graph, answered: Iterable[External]) -> Border:
    """What the lifted functions need, and the host's answers, of which `answered` says which there are."""
    answers = sorted(answered, key=lambda one: one.index)
    asked = [graph.asks(one) for one in answers]
    imports = _distinct("#".join(one) for one in asked if one)
    canons = [*_lifts(graph), *(graph.canon(one) for one in answers)]
    used = sorted({index for canon in canons for index in _functions_of(canon)})
    exports = _distinct(_alias(graph, index).name or "" for index in used)
    return Border(dict(zip(used, exports, strict=True)), dict(zip(answers, imports, strict=True)))


def _lifts(graph: Graph) -> list[Canon]:
    made = graph.spaces["func"]
    return [one for one in made if isinstance(one, Canon)]


def _functions_of(canon: Canon) -> Iterator[int]:
    """The core functions of the linked module that a canon needs."""
    if canon.form == wasm_components.LIFT:
        yield canon.function
    for kind, index in canon.options:
        if index is not None and _OF_INDEX[kind] == "core func":
            yield index


def _alias(graph: Graph, index: int) -> Alias:
    made = graph.spaces["core func"][index]
    if not isinstance(made, Alias):
        raise Malformed(f"core function {index} is exported by no module")
    return made


def _distinct(names: Iterable[str]) -> list[str]:
    """The names; what was there before gets a number."""
    found: list[str] = []
    for one in names:
        before = sum(other.partition("~")[0] == one for other in found)
        found.append(f"{one}~{before + 1}" if before else one)
    return found


def surrounded(graph: Graph, crossing: Border, linked: bytes) -> bytes:
    """The component. All that is not of core modules stays as it was, in its order."""
    out: list[Section] = []
    made = False
    for section in graph.sections:
        if section.kind == wasm_components.CANON:
            canon = wasm_components.read_canon(section.body)
            if canon.form == wasm_components.LIFT:
                out += [] if made else _core(graph, crossing, linked)
                made = True
                out.append(Section(wasm_components.CANON, _renumbered(canon, crossing).encode()))
        elif section.kind == wasm_components.ALIAS:
            kept = [one.encoded for one in wasm_components.read_aliases(section.body) if not one.of_core_instance]
            out += [Section(wasm_components.ALIAS, vector(kept))] if kept else []
        elif section.kind not in {wasm_components.CORE_MODULE, wasm_components.CORE_INSTANCE, wasm.CUSTOM}:
            out.append(section)
    return wasm.join(out, wasm_components.COMPONENT_HEADER)


def _core(graph: Graph, crossing: Border, linked: bytes) -> Iterator[Section]:
    """All of the core modules. Core functions count: the shim's, the linked module's, the host's."""
    count = len(crossing.imports)
    for module in (_shim(_types(linked)), linked, _fix_up(_types(linked))):
        yield Section(wasm_components.CORE_MODULE, module)
    yield _instances(CoreInstance(0))
    yield _aliases(core_alias("core func", _SHIM, str(at)) for at in range(count))
    host = vector(name(key) + b"\0" + uint(at) for at, key in enumerate(crossing.imports.values()))
    yield _instances(CoreInstance(None, exports=host), CoreInstance(1, ((HOST, _BAG),)))
    yield _aliases(core_alias("core func", _LINKED, key) for key in crossing.exports.values())
    yield _aliases([core_alias("core memory", _LINKED, "memory"), core_alias("core table", _SHIM, _TABLE)])
    for external in crossing.imports:
        yield Section(wasm_components.CANON, _renumbered(graph.canon(external), crossing).encode())
    first = count + len(crossing.exports)
    fixes = [name(_TABLE) + b"\1\0", *(name(str(at)) + b"\0" + uint(first + at) for at in range(count))]
    yield _instances(CoreInstance(None, exports=vector(fixes)), CoreInstance(2, (("", _FIXES),)))


def _instances(*made: CoreInstance) -> Section:
    return Section(wasm_components.CORE_INSTANCE, vector(one.encode() for one in made))


def _aliases(items: Iterable[bytes]) -> Section:
    return Section(wasm_components.ALIAS, vector(items))


def _renumbered(canon: Canon, crossing: Border) -> Canon:
    first = len(crossing.imports)
    places = {index: first + at for at, index in enumerate(crossing.exports)}
    options = tuple(
        (kind, None if index is None else 0 if _OF_INDEX[kind] == "core memory" else places[index])
        for kind, index in canon.options
    )
    function = places[canon.function] if canon.form == wasm_components.LIFT else canon.function
    return Canon(canon.form, function, options, canon.rest)


def _types(linked: bytes) -> list[bytes]:
    """The types of the functions that a module imports, in its order."""
    module = wasm.Module.parse(linked)
    types = wasm.function_types(module)
    return [types[wasm.read_uint(one.type, 0)[0]] for one in module.imports if one.kind == wasm.FUNC]


def _shim(types: list[bytes]) -> bytes:
    size = uint(len(types))
    exports = [name(str(at)) + bytes([wasm.FUNC]) + uint(at) for at in range(len(types))]
    exports.append(name(_TABLE) + bytes([wasm.TABLE, 0]))
    code = [_passing_on(at, one) for at, one in enumerate(types)]
    sections = [
        Section(wasm.M_TYPE, vector(types)),
        Section(wasm.M_FUNC, vector(uint(at) for at in range(len(types)))),
        Section(wasm.M_TABLE, b"\1\x70\1" + size + size),
        Section(wasm.M_EXPORT, vector(exports)),
        Section(wasm.M_CODE, vector(uint(len(one)) + one for one in code)),
    ]
    return wasm.join(sections, wasm.MODULE_HEADER)


def _passing_on(slot: int, function_type: bytes) -> bytes:
    parameters = range(wasm.read_uint(function_type, 1)[0])
    gets = b"".join(bytes([opcodes.LOCAL_GET]) + uint(one) for one in parameters)
    return b"\0" + gets + b"\x41" + sint(slot) + bytes([opcodes.CALL_INDIRECT]) + uint(slot) + b"\0\x0b"


def _fix_up(types: list[bytes]) -> bytes:
    size = uint(len(types))
    imports = [name("") + name(str(at)) + bytes([wasm.FUNC]) + uint(at) for at in range(len(types))]
    imports.append(name("") + name(_TABLE) + bytes([wasm.TABLE]) + b"\x70\1" + size + size)
    segment = b"\0\x41\0\x0b" + vector(uint(at) for at in range(len(types)))
    sections = [
        Section(wasm.M_TYPE, vector(types)),
        Section(wasm.M_IMPORT, vector(imports)),
        Section(wasm.M_ELEMENT, vector([segment])),
    ]
    return wasm.join(sections, wasm.MODULE_HEADER)
