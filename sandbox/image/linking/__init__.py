"""Links what componentize-py made, a component of fourteen core modules, into a component of one.

The same program: as one module it is instantiated in a tenth of the time, it calls itself directly, and compiles to
half the native code. `graph` finds what stands behind each name, `units` and `programs` read the code, `reach` says
what of it can run, `merging` writes the one module, `surroundings` the component around it.
"""

from collections.abc import Collection

from sandbox.image.linking.graph import Graph
from sandbox.image.linking.merging import Merger
from sandbox.image.linking.programs import Program
from sandbox.image.linking.reach import Reach
from sandbox.image.linking.surroundings import border, surrounded

__all__ = ["link"]


def link(component: bytes, answered: Collection[tuple[str, str]]) -> bytes:
    """The component as one module. The same bytes give the same again.

    `answered` are the (interface, function) that a host answers: what else the program would ask for traps.
    Raises Malformed for a component that is put together in another way than componentize-py does.
    """
    graph = Graph(component)
    program = Program(graph)
    crossing = border(graph, [one for one in program.external_types if graph.asks(one) in answered])
    reach = Reach(program, [graph.item("core func", index) for index in crossing.exports])
    return surrounded(graph, crossing, Merger(program, reach, crossing).module())
