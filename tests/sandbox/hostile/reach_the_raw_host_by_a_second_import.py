# expect: failed exception
# says: No module named
import sys


def run():
    sys.modules.pop("componentize_py_runtime")
    import componentize_py_runtime

    return componentize_py_runtime.call_import(0, ["{}"])
