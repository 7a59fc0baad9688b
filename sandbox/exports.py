"""The standalone form of a tool: one plain component that any component host can run. Nobody is locked in.

It needs from its host what tool.wit names (`sealwright:tool/host`) and the usual WASI 0.2 interfaces. The tool is
already loaded: call `run` with a JSON object. Without fuel and epochs, limits are the other host's to set.

A tool's `secret("x")` asks `{"capability": "secret", "operation": "tag", "payload": {"name": "x"}}`. A host that gives
no text for it finds `{{secret:x}}` in requests, and cannot tell it from data: it should fill in headers only.
"""

from sandbox.contract.components import Component
from sandbox.image import memory_patches, templates
from sandbox.image.artifacts import Image


def standalone(image: Image, component: Component) -> bytes:
    """A component's .wasm, tens of megabytes. Raises InvalidPatch, or ValueError for another image's component."""
    if component.image != image.digest:
        raise ValueError(f"the component belongs to image {component.image}, not {image.digest}")
    changes = memory_patches.verified(component, image.memory)
    return templates.standalone(image.template, memory_patches.image_module(image.memory, changes))
