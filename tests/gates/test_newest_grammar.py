"""What only the guest's Python can read goes through every gate, and its flaws are found as they are in older words."""

from typing import Any

import pytest

from sandbox import Image, Pool
from tenants.confinement import spec_fields
from tenants.gates.trial.candidates import Candidate
from tests.gates.suite import candidate_of, errors_of
from tests.makers import TenantAccess, make_spec, submit
from tenants import gates

SOURCE = '''"""Shares of a bill."""

from string.templatelib import Template

from sealwright import ToolError

type Shares = list[dict[str, int]]


def largest[T: int](several: list[T]) -> T:
    """Return the largest."""
    return max(several)


def told(template: Template) -> str:
    """Return what a template says."""
    return "".join(part if isinstance(part, str) else f"{part.value}" for part in template)


def bill_share(cents: int, people: int) -> dict[str, str | int]:
    """Return what each pays, the first one the rest."""
    try:
        each, rest = divmod(cents, people)
    except ZeroDivisionError, OverflowError:
        raise ToolError("nobody", "Nobody pays.", hint="Say how many pay.") from None
    row = {"first": each + rest if rest > 0 else each}
    shares: Shares = [{"cents": each} for _ in range(people - 1)]
    text = told(t"{people} pay, the first {row["first"]}")
    return {"text": f"{text}{"." if people > 1 else "!"}", "first": largest([row["first"], *(one["cents"] for one in shares)])}
'''


def spec(**changes: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {name: {"type": "integer", "minimum": 0, "maximum": 10_000} for name in ("cents", "people")},
        "required": ["cents", "people"],
        "additionalProperties": False,
    }
    def case(cents: int, people: int, first: int) -> dict[str, Any]:
        text = f"{people} pay, the first {first}{'.' if people > 1 else '!'}"
        return {"arguments": {"cents": cents, "people": people}, "result": {"text": text, "first": first}}
    examples = [case(10, 3, 4), case(9, 3, 3), case(7, 1, 7), case(0, 2, 0), case(8, 2, 4), case(1001, 7, 143)]
    nobody = {"arguments": {"cents": 5, "people": 0}, "error": "nobody"}
    given = make_spec("bill_share", input_schema=schema, output_schema=None, examples=[*examples, nobody], holdouts=[])
    return spec_fields.complete({**given, **changes})


async def test_a_version_in_the_newest_words_awaits_approval(tenant: TenantAccess) -> None:
    version = await submit(tenant, spec(), SOURCE)
    assert version["state"] == "awaiting_approval", version["findings"]
    assert not [one for one in version["findings"] if "cannot be" in one["message"]]


@pytest.mark.parametrize(
    ("old", "new", "gate"),
    [
        ("    row = {", '    print(t"{eval(str(cents))}")\n    row = {', "safety"),
        ("type Shares = list[dict[str, int]]", "type Shares = list[dict[str, eval]]\n\nSEEN = []", None),
        ("[T: int]", "[T: exec('x' + 'y')]", "safety"),
        ("    row = {", "    try:\n        people = people + 0\n    except TypeError, Exception:\n        pass\n    row = {", "readability"),
        ("    row = {", '    total_price = cents\n    print(float(t"{total_price}".values[0]))\n    row = {', "readability"),
        ("def largest", "SEEN: list[int] = []\n\n\ndef largest", None),
        ("    row = {", "    SEEN.append(people)\n    row = {", "determinism"),
        ("from string.templatelib import Template", "from string.templatelib import Template\n\nimport numpy", "imports"),
        ("def bill_share(cents: int, people: int)", "def bill_share[T](cents: T, persons: int)", "contract"),
    ],
)  # fmt: skip
async def test_a_flaw_in_the_newest_words_is_found(
    old: str, new: str, gate: str | None, pool: Pool, image: Image
) -> None:
    source = SOURCE.replace(old, new, 1)
    source = source.replace("type Shares", "SEEN: list[int] = []\ntype Shares", 1) if "SEEN." in new else source
    chosen = tuple(one for one in gates.EVERY if one.name == gate) if gate else gates.READING
    found = {finding.gate for finding in await errors_of(spec(), source, chosen, pool, image)}
    assert found == ({gate} if gate else set[str]())


async def test_mistakes_and_marks_are_made_in_the_newest_words(pool: Pool, image: Image) -> None:
    candidate: Candidate = candidate_of(spec(), SOURCE, pool, image)
    chosen = tuple(one for one in gates.EVERY if one.name in {"strength", "coverage", "consistency", "invariants"})
    assert await errors_of(spec(), SOURCE, chosen, pool, image) == []
    assert "t\"" in SOURCE
    tree = await candidate.tree()
    (written,) = await candidate.grammar.write(tree)
    assert "type Shares = list[dict[str, int]]" in written
    assert "largest[T: int]" in written
