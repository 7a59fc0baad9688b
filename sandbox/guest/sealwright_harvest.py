"""First step of an image build: import everything from source and keep the compiled code.

Importing from source leaves the parser's garbage in the memory that is sealed: three times the image. So this
step writes the code of each module to a file and ends with an error; the second step imports from those files.
"""

import inspect
import marshal
import os
import sys
import types
import zlib

HERE = os.path.dirname(__file__)

import sealwright_sources
from sealwright_runner import batteries

with open(f"{HERE}/libraries") as file:
    missing = batteries.import_batteries(file.read().split())

import sealwright
import sealwright_runner.console
import sealwright_runner.denials
import sealwright_runner.guard
import sealwright_runner.loop
import sealwright_runner.program
import sealwright_runner.seal


def without_docs(code):
    """The same code without the docstrings of functions: a tenth of the image that no tool reads."""
    constants = tuple(without_docs(one) if isinstance(one, types.CodeType) else one for one in code.co_consts)
    flags = code.co_flags
    if flags & inspect.CO_HAS_DOCSTRING:
        flags &= ~inspect.CO_HAS_DOCSTRING
        constants = (None, *constants[1:])
    return code.replace(co_consts=constants, co_flags=flags)


os.mkdir(f"{HERE}/code")
names = []
for name, module in sorted(sys.modules.items()):
    spec = getattr(module, "__spec__", None)
    loader = getattr(spec, "loader", None)
    if type(loader).__name__ != "SourceFileLoader" or name == __name__ or spec.name != name:
        continue
    kind = "p" if spec.submodule_search_locations is not None else "m"
    with open(f"{HERE}/code/{name}", "wb") as file:
        code = loader.get_code(name)
        file.write(marshal.dumps((kind == "p", code if name.startswith("sealwright") else without_docs(code))))
    names.append(name)

os.mkdir(f"{HERE}/shelf")
with open(f"{HERE}/shelved") as file:
    shelved = list(sealwright_sources.shelved(file.read().split()))
for name, path, is_package in shelved:
    code = without_docs(compile(sealwright_sources.source(name, path), path, "exec", dont_inherit=True))
    with open(f"{HERE}/shelf/{name}", "wb") as file:
        file.write(zlib.compress(marshal.dumps(code), 9))
with open(f"{HERE}/shelf/index", "w") as file:
    file.write(
        "\n".join(f"{name}\t{'package' if is_package else 'module'}\t{path}" for name, path, is_package in shelved)
    )

with open(f"{HERE}/modules", "w") as file:
    file.write("\n".join(names))
with open(f"{HERE}/missing", "w") as file:
    file.write("\n".join(f"{name}: {why}" for name, why in sorted(missing.items())))
raise SystemExit("harvested")
