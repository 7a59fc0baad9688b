"""The examples with one thing wrong each: small edits of the real tools and specs, from flaws.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.examples.packages import PACKAGES

Edits = list[dict[str, str]]


@dataclass(frozen=True)
class Flaw:
    """`gate` must find it, whatever else does. `tool` and `spec` are the edits of tool.py and of spec.yaml."""

    example: str
    flaw: str
    gate: str
    tool: Edits
    spec: Edits

    def __str__(self) -> str:
        return f"{self.example}: {self.flaw}"

    @property
    def source(self) -> str:
        return self._edited(PACKAGES[self.example].source, self.tool)

    @property
    def body(self) -> dict[str, Any]:
        text = (PACKAGES[self.example].folder / "spec.yaml").read_text(encoding="utf-8")
        return yaml.safe_load(self._edited(text, self.spec))

    def _edited(self, text: str, edits: Edits) -> str:
        for edit in edits:
            assert text.count(edit["old"]) == 1, f"{self}: {text.count(edit['old'])} times {edit['old']!r}"
            text = text.replace(edit["old"], edit["new"])
        return text


FLAWS = [
    Flaw(example, said["flaw"], said["gate"], said.get("tool", []), said.get("spec", []))
    for example, several in yaml.safe_load(Path(__file__).with_name("flaws.yaml").read_text(encoding="utf-8")).items()
    for said in several
]


def sample(most: int) -> list[Flaw]:
    """Return up to `most` flaws of each example, each for another gate."""
    chosen: list[Flaw] = []
    for example in PACKAGES:
        by_gate = {flaw.gate: flaw for flaw in reversed(FLAWS) if flaw.example == example}
        chosen += list(by_gate.values())[:most]
    return chosen
