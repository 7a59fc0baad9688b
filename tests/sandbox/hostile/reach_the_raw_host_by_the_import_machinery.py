# expect: failed exception
# says: cannot reach behind the image
import importlib._bootstrap as machinery
import sys


def run():
    spec = sys.modules["componentize_py_runtime"].__spec__
    return machinery.BuiltinImporter.create_module(spec).call_import(0, ["{}"])
