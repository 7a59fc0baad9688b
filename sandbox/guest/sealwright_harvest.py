"""First step of an image build: import everything from source and keep the compiled code.

Importing from source leaves the parser's garbage in the memory that is sealed: three times the image. So this
step writes the code of each module to a file and ends with an error; the second step imports from those files.
"""

import marshal
import os
import sys

HERE = os.path.dirname(__file__)

from sealwright_runner import batteries

with open(f"{HERE}/libraries") as file:
    missing = batteries.import_batteries(file.read().split())

import sealwright
import sealwright_runner.console
import sealwright_runner.denials
import sealwright_runner.loop
import sealwright_runner.program
import sealwright_runner.seal

os.mkdir(f"{HERE}/code")
names = []
for name, module in sorted(sys.modules.items()):
    spec = getattr(module, "__spec__", None)
    loader = getattr(spec, "loader", None)
    if type(loader).__name__ != "SourceFileLoader" or name == __name__ or spec.name != name:
        continue
    kind = "p" if spec.submodule_search_locations is not None else "m"
    with open(f"{HERE}/code/{name}", "wb") as file:
        file.write(marshal.dumps((kind == "p", loader.get_code(name))))
    names.append(name)

with open(f"{HERE}/modules", "w") as file:
    file.write("\n".join(names))
with open(f"{HERE}/missing", "w") as file:
    file.write("\n".join(f"{name}: {why}" for name, why in sorted(missing.items())))
raise SystemExit("harvested")
