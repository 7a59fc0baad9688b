"""Cuts a component that componentize-py made and `linking` linked into what all tools share and what differs.

    template    everything, compiled once per machine; imports two small modules:
      image     owns the memory and its first content; the base image's, or one tool's ("full" form)
      delta     instantiated last, may change the memory: a tool's changed pages ("delta" form), or nothing

The memory moves out of the module that used to define it (the linked one), which then imports it. Nothing else in
the component is renumbered but core instances, because the image's instance comes first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.image import soundness, wasm, wasm_components
from sandbox.image.wasm import Module, Section

STACK_HIGH = "__stack_high"
_FUNC_RETURNING_I32 = b"\x60\0\1\x7f"
_STRING, _U32 = b"\x73", b"\x79"
_CORE_MODULE_DESC = b"\0\x11"
_LATIN1 = b"\2"
_MEMORY_OPTION = b"\3"
MAIN = "m"
# What a delta exports: functions without parameters, which the component lifts and exports too.
READERS = {"pages": _STRING, "globals": _STRING, "size": _U32}


@dataclass(frozen=True, slots=True)
class GlobalImport:
    """A mutable global that a fork watches: where it is exported, its name there and its type's two bytes.

    `instance` is the linked module, or one of those that images were made of before they were linked.
    """

    instance: str
    name: str
    type: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A component without its memory. `modules` are the core modules, the memory's already changed."""

    sections: list[Section]
    modules: list[Module]
    memory: bytearray
    stack_high: int
    watched: list[GlobalImport]

    @property
    def memory_pages(self) -> int:
        """In WebAssembly pages of 64 KiB."""
        return len(self.memory) // wasm.PAGE_BYTES


def cut(component: bytes) -> Cut:
    """Take the memory out. Raises Malformed for a component whose state a fork would not catch."""
    sections = wasm.split(component, wasm_components.COMPONENT_HEADER)
    modules = [Module.parse(section.body) for section in sections if section.kind == wasm_components.CORE_MODULE]
    soundness.check(modules)
    main = _only(at for at, module in enumerate(modules) if module.memory is not None)
    memory = wasm.initial_memory(modules[main])
    stack_high = _stack_high(modules[main])
    memory[:stack_high] = bytes(stack_high)  # a dead stack
    watched = _main_globals(modules[main])
    modules[main] = _import_memory(modules[main])
    return Cut(sections, modules, memory, stack_high, watched)


def _only(found: Iterator[int]) -> int:
    [one] = found
    return one


def _stack_high(main: Module) -> int:
    index = next(export.index for export in main.exports if export.name == STACK_HIGH)
    body = main.section(wasm.M_GLOBAL)
    _, at = wasm.read_uint(body, 0)
    for _ in range(index - main.imported(wasm.GLOBAL)):
        at = wasm.skip_expression(body, at + 2)
    return wasm.read_uint(body, at + 3)[0]


def _main_globals(main: Module) -> list[GlobalImport]:
    names = {export.index: export.name for export in main.exports if export.kind == wasm.GLOBAL}
    first = main.imported(wasm.GLOBAL)
    return [GlobalImport(MAIN, names[index], main.globals[index - first]) for index in main.mutable_globals()]


def _import_memory(main: Module) -> Module:
    imports = main.section(wasm.M_IMPORT)
    count, at = wasm.read_uint(imports, 0)
    limits = main.section(wasm.M_MEMORY)[1:]
    memory = wasm.name("image") + wasm.name("memory") + bytes([wasm.MEMORY]) + limits
    body = wasm.uint(count + 1) + imports[at:] + memory
    return _with(main, {wasm.M_IMPORT: body}, without={wasm.M_MEMORY, wasm.M_DATA, wasm.M_DATA_COUNT})


def _with(module: Module, bodies: dict[int, bytes], without: frozenset[int] | set[int] = frozenset()) -> Module:
    kept = (one for one in module.sections if one.kind not in without)
    sections = [Section(one.kind, bodies.get(one.kind, one.body)) for one in kept]
    return Module.parse(wasm.join(sections, wasm.MODULE_HEADER))


def template(parts: Cut) -> bytes:
    """The component that imports `image` and `delta` and exports, beside the tool's own, the readers."""
    out: list[Section] = []
    modules = iter(parts.modules)
    instances: list[wasm_components.CoreInstance] = []
    for section in parts.sections:
        if section.kind == wasm_components.CORE_INSTANCE:
            if not instances:
                out += _image_instance(parts, instances)
            out.append(_moved_instances(parts, section, instances))
        elif section.kind == wasm_components.CORE_MODULE:
            out.append(Section(wasm_components.CORE_MODULE, _without_names(next(modules)).encode()))
        elif section.kind == wasm_components.ALIAS:
            out.append(Section(wasm_components.ALIAS, wasm_components.move_alias_instances(section.body, 1)))
        elif section.kind != wasm.CUSTOM:
            out.append(section)
    return wasm.join(out + list(_delta(parts, out, instances)), wasm_components.COMPONENT_HEADER)


def _without_names(module: Module) -> Module:
    return Module([section for section in module.sections if section.kind != wasm.CUSTOM])


def standalone(template: bytes, image: bytes) -> bytes:
    """A template with one tool's image module inside and no delta: any component host can run it."""
    sections = wasm.split(template, wasm_components.COMPONENT_HEADER)
    last = max(at for at, section in enumerate(sections) if section.kind == wasm_components.CORE_INSTANCE)
    imports = {
        _module_import("image", 0): [Section(wasm_components.CORE_MODULE, image)],
        _module_import("delta", 1): [],
    }
    out: list[Section] = []
    for section in sections[:last]:
        if section.kind == wasm_components.IMPORT and section.body[1:] in imports:
            out += imports[section.body[1:]]
        elif section.kind != wasm_components.CORE_TYPE:
            out.append(section)
    return wasm.join(out, wasm_components.COMPONENT_HEADER)


def _image_instance(parts: Cut, instances: list[wasm_components.CoreInstance]) -> Iterator[Section]:
    memory = _memory_type(parts.memory_pages)
    image_type = b"\x50" + wasm.vector([b"\3" + wasm.name("memory") + memory])
    yield Section(wasm_components.CORE_TYPE, wasm.vector([image_type, _delta_type(parts)]))
    yield Section(wasm_components.IMPORT, wasm.vector([_module_import("image", 0)]))
    yield Section(wasm_components.IMPORT, wasm.vector([_module_import("delta", 1)]))
    instances.append(wasm_components.CoreInstance(len(parts.modules)))
    yield Section(wasm_components.CORE_INSTANCE, wasm.vector([instances[0].encode()]))


def _module_import(key: str, type_index: int) -> bytes:
    return b"\0" + wasm.name(key) + _CORE_MODULE_DESC + wasm.uint(type_index)


def _memory_type(pages: int) -> bytes:
    return bytes([wasm.MEMORY, 0]) + wasm.uint(pages)


def _delta_type(parts: Cut) -> bytes:
    declared = [b"\1" + _FUNC_RETURNING_I32]
    declared.append(b"\0" + wasm.name(MAIN) + wasm.name("memory") + _memory_type(parts.memory_pages))
    declared += [
        b"\0" + wasm.name(one.instance) + wasm.name(one.name) + bytes([wasm.GLOBAL]) + one.type for one in parts.watched
    ]
    declared += [b"\3" + wasm.name(key) + bytes([wasm.FUNC]) + b"\0" for key in READERS]
    declared.append(b"\3" + wasm.name("out") + _memory_type(1))
    return b"\x50" + wasm.vector(declared)


def _moved_instances(parts: Cut, section: Section, instances: list[wasm_components.CoreInstance]) -> Section:
    moved = [one.moved(1) for one in wasm_components.read_core_instances(section.body)]
    main = _main_index(parts)
    moved = [_with_image(one) if one.module == main else one for one in moved]
    instances += moved
    return Section(wasm_components.CORE_INSTANCE, wasm.vector(one.encode() for one in moved))


def _main_index(parts: Cut) -> int:
    wanted = ("image", "memory")
    return _only(
        at for at, module in enumerate(parts.modules) if any((one.module, one.name) == wanted for one in module.imports)
    )


def _with_image(instance: wasm_components.CoreInstance) -> wasm_components.CoreInstance:
    return wasm_components.CoreInstance(instance.module, (*instance.arguments, ("image", 0)))


def _delta(parts: Cut, made: list[Section], instances: list[wasm_components.CoreInstance]) -> Iterator[Section]:
    """Instantiate the delta last of all and lift its readers to functions of the component."""
    by_module = {one.module: at for at, one in enumerate(instances)}
    arguments = ((MAIN, by_module[_main_index(parts)]),)
    delta = wasm_components.CoreInstance(len(parts.modules) + 1, arguments)
    aliases = [b"\0\0" + _export_of(len(instances), key) for key in READERS]
    aliases.append(b"\0\2" + _export_of(len(instances), "out"))
    types = [b"\x40\0\0" + result for result in READERS.values()]
    yield Section(wasm_components.CORE_INSTANCE, wasm.vector([delta.encode()]))
    yield Section(wasm_components.ALIAS, wasm.vector(aliases))
    yield Section(wasm_components.TYPE, wasm.vector(types))
    count = wasm_components.count_items(made)
    options = wasm.vector([_LATIN1, _MEMORY_OPTION + wasm.uint(count["core memory"])])
    for at, key in enumerate(READERS):
        lift = b"\0\0" + wasm.uint(count["core func"] + at) + options + wasm.uint(count["type"] + at)
        yield Section(wasm_components.CANON, wasm.vector([lift]))
        # Each export makes a new function index too, hence twice `at`.
        exported = b"\0" + wasm.name(key) + b"\1" + wasm.uint(count["func"] + 2 * at) + b"\0"
        yield Section(wasm_components.EXPORT, wasm.vector([exported]))


def _export_of(instance: int, key: str) -> bytes:
    return b"\1" + wasm.uint(instance) + wasm.name(key)
