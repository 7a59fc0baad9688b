"""Notes where every object lies, so that the image build can make them immortal.

An immortal object's reference count is never written. Without that, each look at a shared object would dirty a
page of every instance and of every tool's patch.
"""

import array
import gc
import types

DEPTH_MAX = 12
CHUNK = 4096


def take(objects_path, types_path):
    """Write the addresses of all objects, and of all their types, as 32-bit numbers. Repeats are many."""
    kinds = set()
    with open(objects_path, "wb") as file:
        found = array.array("I")
        for one in gc.get_objects():
            _note(one, found, kinds)
            for part in gc.get_referents(one):
                _note(part, found, kinds)
                _note_parts(part, found, kinds, 0)
            if len(found) > CHUNK:
                file.write(found.tobytes())
                del found[:]
        file.write(found.tobytes())
    with open(types_path, "wb") as file:
        file.write(array.array("I", kinds).tobytes())


def _note(one, found, kinds):
    found.append(id(one))
    kinds.add(id(type(one)))


def _note_parts(one, found, kinds, depth):
    """What the collector does not list: the parts of code and of untracked containers."""
    if depth == DEPTH_MAX or gc.is_tracked(one):
        return
    for part in _parts(one):
        _note(part, found, kinds)
        _note_parts(part, found, kinds, depth + 1)


def _parts(one):
    if type(one) is types.CodeType:
        return (
            one.co_consts,
            one.co_names,
            one.co_filename,
            one.co_name,
            one.co_qualname,
            one.co_linetable,
            one.co_exceptiontable,
        )
    return gc.get_referents(one) if type(one) in (tuple, frozenset, dict) else ()
