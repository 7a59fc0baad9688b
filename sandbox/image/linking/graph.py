"""How the core modules of a component hang together: which definition stands behind each name that one imports."""

from collections import defaultdict
from dataclasses import dataclass

from sandbox.image import wasm, wasm_components
from sandbox.image.wasm import Malformed, Module, Section
from sandbox.image.wasm_components import Alias, Canon, CoreInstance, Item

_KINDS = {"core func": wasm.FUNC, "core table": wasm.TABLE, "core memory": wasm.MEMORY, "core global": wasm.GLOBAL}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a core module defines, once for each instance of it: `index` counts as the module itself does."""

    instance: int
    kind: int
    index: int


@dataclass(frozen=True, slots=True)
class External:
    """A core function that no core module defines: its index among those of the component, which makes it."""

    index: int


Target = Definition | External


class Graph:
    """A component, read. Raises Malformed for one that is put together in another way than componentize-py does."""

    def __init__(self, component: bytes):
        self.sections = wasm.split(component, wasm_components.COMPONENT_HEADER)
        self.modules: list[Module] = []
        self.instances: list[CoreInstance] = []
        self.spaces: dict[str, list[Item]] = defaultdict(list)
        for section in self.sections:
            self._read(section)
        self._imports: dict[int, dict[int, list[Target]]] = {}
        self._exports: dict[int, dict[str, wasm.Export]] = {}
        self._bags: dict[int, dict[str, tuple[str, int]]] = {}

    def _read(self, section: Section) -> None:
        if section.kind == wasm_components.CORE_MODULE:
            self.modules.append(Module.parse(section.body))
        elif section.kind == wasm_components.CORE_INSTANCE:
            self.instances += wasm_components.read_core_instances(section.body)
        for sort, item in wasm_components.read_items(section):
            self.spaces[sort].append(item)

    def module(self, instance: int) -> Module | None:
        """The module of a core instance; None for a bag of what others export."""
        number = self.instances[instance].module
        return None if number is None else self.modules[number]

    def item(self, sort: str, index: int) -> Target:
        """What stands behind an item of one of the component's core index spaces. Raises Malformed for an outer one."""
        made = self.spaces[sort][index]
        if not isinstance(made, Alias):
            return External(index)
        if not made.of_core_instance or made.name is None:
            raise Malformed(f"a {sort} that comes from outside the component")
        return self.exported(made.index, made.name)

    def exported(self, instance: int, name: str) -> Target:
        """What stands behind an export of a core instance."""
        module = self.module(instance)
        if module is None:
            if instance not in self._bags:
                self._bags[instance] = wasm_components.read_bag(self.instances[instance].exports)
            return self.item(*self._bags[instance][name])
        if instance not in self._exports:
            self._exports[instance] = {one.name: one for one in module.exports}
        export = self._exports[instance][name]
        return self.target(instance, export.kind, export.index)

    def target(self, instance: int, kind: int, index: int) -> Target:
        """What stands behind an index that the code of an instance uses."""
        imported = self.imports(instance)[kind]
        return imported[index] if index < len(imported) else Definition(instance, kind, index)

    def definition(self, instance: int, kind: int, index: int) -> Definition:
        """The same for a table, a memory or a global. Raises Malformed for one that comes from outside."""
        found = self.target(instance, kind, index)
        if isinstance(found, External):
            raise Malformed(f"core instance {instance} takes what is no function from outside the component")
        return found

    def imports(self, instance: int) -> dict[int, list[Target]]:
        """What stands behind each import of an instance, by its kind."""
        if instance not in self._imports:
            self._imports[instance] = self._resolved(instance)
        return self._imports[instance]

    def _resolved(self, instance: int) -> dict[int, list[Target]]:
        module, arguments = self.module(instance), dict(self.instances[instance].arguments)
        found: dict[int, list[Target]] = {kind: [] for kind in _KINDS.values()}
        for one in module.imports if module else ():
            found[one.kind].append(self.exported(arguments[one.module], one.name))
        return found

    def canon(self, external: External) -> Canon:
        """What makes an external function. Raises Malformed for one that nothing makes."""
        made = self.spaces["core func"][external.index]
        if not isinstance(made, Canon):
            raise Malformed(f"core function {external.index} is made of nothing")
        return made

    def asks(self, external: External) -> tuple[str, str] | None:
        """The interface and the function that an external function asks; None for one that asks nobody."""
        canon = self.canon(external)
        if canon.form != wasm_components.LOWER:
            return None
        function = self.spaces["func"][canon.function]
        if not isinstance(function, Alias) or function.name is None:
            return None
        interface = self.spaces["instance"][function.index]
        return (interface, function.name) if isinstance(interface, str) else None
