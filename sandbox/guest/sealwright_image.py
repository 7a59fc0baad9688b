"""Second step of an image build: import from compiled code, then seal. Its memory at the end is the image."""

import marshal
import sys

from _frozen_importlib import ModuleSpec

HERE = "/".join(__file__.split("/")[:-1])


class Harvested:
    """Finds the code that the first step kept. Nothing here may import: it would come back here."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        try:
            is_package, code = _code(name)
        except OSError:
            return None
        spec = ModuleSpec(name, Harvested, origin=code.co_filename, is_package=is_package)
        spec.has_location = True
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        exec(_code(module.__spec__.name)[1], module.__dict__)

    @staticmethod
    def get_source(name):
        return None

    @staticmethod
    def get_resource_reader(name):
        return data_files.Reader(name)

    @staticmethod
    def get_data(path):
        with open(path, "rb") as file:
            return file.read()


def _code(name):
    with open(f"{HERE}/code/{name}", "rb") as file:
        return marshal.loads(file.read())


sys.meta_path.insert(0, Harvested)

with open(f"{HERE}/modules") as file:
    names = file.read().split()
with open(f"{HERE}/libraries") as file:
    libraries = file.read().split()
with open(f"{HERE}/loads") as file:
    loads = int(file.read())

# The order of the first step: some packages only import in the order their parents chose.
from sealwright_runner import batteries, data_files

batteries.import_harvested(names)

from sealwright_runner import program, seal

import wit_world


class WitWorld(wit_world.WitWorld):
    def load(self, name, source):
        return program.load(name, source)

    def run(self, arguments):
        return program.run(arguments)


seal.seal(HERE, libraries, loads)
