"""Delta = full = standard: the same fifty programs as forks in both forms and built by componentize-py alone.

A standard build takes some fifteen seconds; the test suite compares a few of the programs, this command all.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sandbox import compiler, images
from sandbox.outcomes import Outcome, Returned
from tests.bench.tools import TOOLS
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench
from tests.sandbox.plain import call_plainly
from tests.sandbox.test_images import RETURNS

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


class Standard:
    """Builds components the ordinary way: the tool is imported, then componentize-py takes the memory."""

    def __init__(self, scratch: Path):
        self._scratch = scratch
        scratch.mkdir(exist_ok=True)
        self._source = images.prepare(scratch, images.libraries(), print)

    def build(self, source: str, name: str) -> Path:
        load = f"assert not sealwright_image.program.load({name!r}, {source!r})"
        app = f"import sealwright_image\nWitWorld = sealwright_image.WitWorld\n{load}\n"
        (self._source / "standard_tool.py").write_text(app)
        output = self._scratch / "standard.wasm"
        compiler.componentize("standard_tool", self._source, self._source / "tool.wit", output)
        return output

    def answer(self, source: str, name: str, arguments: dict[str, Any]) -> str:
        return call_plainly(self.build(source, name).read_bytes(), arguments)


def differences(bench: Bench, standard: Standard, chosen: Iterable[str]) -> list[str]:
    """The names of programs that do not answer alike in all three, with what they answered."""
    found: list[str] = []
    for key in chosen:
        source, name, arguments = programs()[key]
        component = bench.build(source, name)
        answers = [_text(bench.call(bench.load(component, form), arguments).outcome) for form in ("delta", "full")]
        answers.append(standard.answer(source, name, arguments))
        if len(set(answers)) != 1:
            found.append(f"{key}: {answers}")
    return found


def _text(outcome: Outcome) -> str:
    return "R" + outcome.result if isinstance(outcome, Returned) else json.dumps(str(outcome))


def main() -> None:
    image = images.ensure(CHECKOUT / ".data/images", print)
    with tempfile.TemporaryDirectory() as scratch, Bench.open(image, Path(scratch)) as bench:
        standard = Standard(Path(scratch) / "standard")
        wrong = 0
        for number, key in enumerate(programs(), 1):
            different = differences(bench, standard, [key])
            wrong += len(different)
            print(f"{number:3} {key}: {different or 'alike'}", flush=True)
        print(f"{len(programs()) - wrong} of {len(programs())} programs alike as delta, full and standard build")


if __name__ == "__main__":
    main()
