"""Our own meter: a counter that the guest's own code keeps, in place of wasmtime's fuel and epochs.

`call_graphs` says which functions must be charged for entering them, `charging` writes the charges into the linked
module, `checking` reads the result anew and finds any way to compute without end that is not charged, `wiring` has
the component ask its host for the next slice when one is used up.
"""

from sandbox.image import wasm, wasm_components
from sandbox.image.wasm import Malformed, Module, Section
from sandbox.machine.metering import wiring
from sandbox.machine.metering.charging import charge
from sandbox.machine.metering.checking import check

__all__ = ["is_one_module", "metered"]
_BESIDE_BYTES_MAX = 64 << 10  # what wires functions to each other


def is_one_module(template: bytes) -> bool:
    """Whether a template is linked into one module. Those of earlier releases are not, and cannot be metered here."""
    sections = wasm.split(template, wasm_components.COMPONENT_HEADER)
    sizes = sorted(len(one.body) for one in sections if one.kind == wasm_components.CORE_MODULE)
    return bool(sizes) and sum(sizes[:-1]) <= _BESIDE_BYTES_MAX


def metered(template: bytes) -> bytes:
    """An image's template that counts what it computes. The same bytes give the same again.

    Raises Malformed for one that is not linked into one module, or that has a way around its meter.
    """
    sections = wasm.split(template, wasm_components.COMPONENT_HEADER)
    modules = [at for at, one in enumerate(sections) if one.kind == wasm_components.CORE_MODULE]
    if not modules:
        raise Malformed("a template without a core module")
    place = max(modules, key=lambda at: len(sections[at].body))
    module = charge(Module.parse(sections[place].body), wiring.called_back(sections))
    check(module)
    sections[place] = Section(wasm_components.CORE_MODULE, module.encode())
    return wasm.join([*sections, *wiring.wires(sections, place)], wasm_components.COMPONENT_HEADER)
