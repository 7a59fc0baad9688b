"""What a confined process answers is read as what it must be, and one that does not come to an end is an answer."""

from typing import Any

import pytest

from sandbox import Answered, Bounds, Finding, SandboxBroken
from tenants.confinement import judging, reading
from tenants.confinement.reading import Reader
from tenants.runtime import Runtime
from tests.tenants.people import Person, propose, spec


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"", list[dict[str, str]]),
        (b"\xff{", list[dict[str, str]]),
        (b"[" * 200_000, list[Any]),
        (b"[" * 2_000 + b"]" * 2_000, list[Any]),
        (b"null", list[dict[str, str]]),
        (b'{"path": "/"}', list[dict[str, str]]),
        (b'[{"path": 1}]', list[dict[str, str]]),
        (b'[{"path": {"a": 1}}]', list[dict[str, str]]),
        (b'{"gate": "x", "severity": "fatal", "message": "m"}', Finding),
        (b'{"gate": "x", "severity": "error"}', Finding),
        (b'{"gate": ["x"], "severity": "error", "message": "m"}', Finding),
        (b'{"gate": "x", "severity": "error", "message": "m", "line": "1"}', Finding),
        (b"[1]", list[str | None]),
    ],
)
def test_an_answer_that_no_job_of_ours_gives_is_not_believed(value: bytes, kind: Any) -> None:
    with pytest.raises(SandboxBroken):
        reading.read_answer(Answered(value), kind)


async def test_a_version_that_takes_too_much_to_check_is_rejected_with_a_sentence(
    runtime: Runtime, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_GATES", Bounds(wall_ms=1, cpu_s=1, memory_bytes=1 << 28, answer_bytes=1 << 20))
    version = await propose(runtime, owner.actor)
    assert version.state == "rejected"
    assert version.findings[-1]["message"] == "This version takes too much to check: it takes too long."
    assert "Make it smaller" in version.findings[-1]["hint"]


async def test_a_spec_that_takes_too_much_to_check_is_a_problem_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SPEC", Bounds(wall_ms=1, cpu_s=1, memory_bytes=1 << 28, answer_bytes=1 << 20))
    async with Reader.open() as reader:
        (problem,) = await reader.spec_problems("acme", spec())
    assert problem["message"] == "The spec cannot be checked: it takes too long."
    assert problem["hint"]
