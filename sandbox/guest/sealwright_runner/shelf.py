"""Libraries that lie ready in the image and are not imported until a tool does.

They are large and few tools want them: imported, they would be copied with each tool in its full form. Their code lies
here packed; what a tool makes of it is in its own pages. Only what the build laid here can be run: see guard.py.
"""

import marshal
import sys
import zlib

import six
from _frozen_importlib import ModuleSpec

from sealwright_runner import adaptations, data_files

# Each module's (whether it is a package, its file, its code), by name.
_kept = {}


def lay(folder):
    """Take in what the first step of the build compiled. Nothing is unpacked: that would leave holes in the heap."""
    with open(f"{folder}/index") as file:
        for line in file.read().splitlines():
            name, kind, path = line.split("\t")
            with open(f"{folder}/{name}", "rb") as packed:
                _kept[name] = (kind == "package", path, packed.read())


def find_last():
    """Where nothing is found any more: what lies here, and the names that six makes up."""
    sys.meta_path[:] = [Shelf, six._importer]


def files():
    """The file of each module that lies here, by its name."""
    return {name: path for name, (_, path, _) in _kept.items()}


def size():
    """In bytes."""
    return sum(len(packed) for _, _, packed in _kept.values())


def packages():
    """The names that tools import."""
    return sorted({name.partition(".")[0] for name in _kept})


def codes():
    """What may be run of it: (file, packed code) of each module."""
    return tuple((path, packed) for _, path, packed in _kept.values())


class Shelf:
    """Finds what lies here, and imports it."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _kept:
            return None
        is_package, file, _ = _kept[name]
        spec = ModuleSpec(name, Shelf, origin=file, is_package=is_package)
        spec.has_location = True
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__spec__.name
        exec(marshal.loads(zlib.decompress(_kept[name][2])), module.__dict__)
        adaptations.adapt(module)

    @staticmethod
    def get_source(name):
        return None

    @staticmethod
    def get_resource_reader(name):
        return data_files.Reader(name)
