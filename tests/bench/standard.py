"""Delta = full = standard: the same fifty programs as forks in both forms and built by componentize-py alone."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import images
from sandbox.contract.outcomes import Outcome, Returned
from sandbox.image import compiler
from sandbox.machine.native_code import Form
from tests.bench.tools import TOOLS
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench
from tests.sandbox.plain import Plain
from tests.sandbox.test_images import RETURNS

FORMS: tuple[Form, ...] = ("delta", "full")
PROGRAMS_FOLDER = CHECKOUT / "tests/bench/programs"
# What they answer depends on the clock, on randomness or on the hash secret of an image, or is no result.
_NOT_ALIKE = {"draws", "clocks", "sleeps", "hashes", "identities", "gathers", "asks", "fails", "recurses"}
_CLOCKS = {"asyncio", "sleeping moves the clock", "the clock is the run's"}


def programs() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """name: (source, the function's name, arguments)."""
    classics = (PROGRAMS_FOLDER / "classics.py").read_text()
    found: dict[str, tuple[str, str, dict[str, Any]]] = {
        f"classic {which}": (classics, "classics", {"which": which}) for which in range(10)
    }
    found["invoice"] = ((PROGRAMS_FOLDER / "invoice.py").read_text(), "tool", {})
    for name, (source, arguments) in TOOLS.items():
        if name not in _NOT_ALIKE:
            found[name] = (source, name, dict(arguments))
    for name, (body, _) in RETURNS.items():
        if name not in _CLOCKS:
            lines = "\n".join("    " + line for line in body.splitlines())
            found[f"body: {name}"] = (f"def tool():\n{lines}\n", "tool", {})
    return found


_MANY = """
import json, sealwright_image
from sealwright_image import program
with open({programs!r}) as file:
    sources = json.load(file)
tools = {{}}
for key, (source, name) in sources.items():
    said = program.load(name, source)
    assert not said, said
    tools[key] = program._tool

class WitWorld(sealwright_image.WitWorld):
    def run(self, arguments):
        said = json.loads(arguments)
        program._tool = tools[said["key"]]
        return program.run(json.dumps(said["arguments"]))
"""


class Standard:
    """Builds components the ordinary way: the tools are imported, then componentize-py takes the memory."""

    def __init__(self, scratch: Path):
        scratch.mkdir(exist_ok=True)
        self._scratch = scratch
        self._source = images.prepare(scratch, images.libraries(), print)

    def build(self, sources: Mapping[str, tuple[str, str]]) -> bytes:
        """One component of many tools, each (source, name) by its key; `run` takes {"key", "arguments"}."""
        (self._source / "programs.json").write_text(json.dumps(sources))
        (self._source / "loads").write_text(str(len(sources)))
        # componentize-py shows the guest its folder under this path.
        (self._source / "standard_tools.py").write_text(_MANY.format(programs="/0/programs.json"))
        output = self._scratch / "standard.wasm"
        compiler.componentize("standard_tools", self._source, self._source / "tool.wit", output)
        return output.read_bytes()


def differences(bench: Bench, standard: Standard, chosen: Mapping[str, tuple[str, str, dict[str, Any]]]) -> list[str]:
    """The names of programs that do not answer alike in all three, with what they answered."""
    plain = Plain(standard.build({key: (source, name) for key, (source, name, _) in chosen.items()}))
    found: list[str] = []
    for key, (source, name, arguments) in chosen.items():
        component = bench.build(source, name)
        answers = [_text(bench.call(bench.load(component, form), arguments).outcome) for form in FORMS]
        answers.append(plain.call({"key": key, "arguments": arguments}))
        if len(set(answers)) != 1:
            found.append(f"{key}: {answers}")
    return found


def _text(outcome: Outcome) -> str:
    return "R" + outcome.result if isinstance(outcome, Returned) else json.dumps(str(outcome))


def main() -> None:
    image = images.ensure(CHECKOUT / ".data/images", print)
    with tempfile.TemporaryDirectory() as scratch, Bench.open(image, Path(scratch)) as bench:
        chosen = programs()
        different = differences(bench, Standard(Path(scratch) / "standard"), chosen)
        for one in different:
            print(one)
        print(f"{len(chosen) - len(different)} of {len(chosen)} programs alike as delta, full and standard build")


if __name__ == "__main__":
    main()
