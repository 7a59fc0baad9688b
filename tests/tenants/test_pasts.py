"""What the history gate says of a run that would have gone otherwise: a sentence, and what to do about it."""

from typing import Any

import pytest

from tenants.gates import pasts
from tenants.proving.history import Comparison


@pytest.mark.parametrize(
    ("what", "recorded", "candidate", "sentence"),
    [
        (
            "asked",
            None,
            {"call": "http.request", "request": {"method": "GET", "url": "https://x.example/v2"}},
            'Run run_1: this version asks for http.request with {"method": "GET", "url": "https://x.example/v2"}, which'
            " the recorded run never did. Nobody knows what it would have been told, so the comparison ends there.",
        ),
        ("outcome", "returned", "failed", "Run run_1: it gave a result; this version fails."),
        (
            "result",
            {"sum": 3, "of": [1]},
            {"sum": 3, "of": []},
            "Run run_1: in its answer, /of/0 was 1 and would be not there.",
        ),
        ("result", 3, 4, "Run run_1: it answered 3; this version would answer 4."),
        (
            "error",
            {"code": "gone", "message": "a"},
            {"code": "lost", "message": "a"},
            "Run run_1: its error was gone and would be lost.",
        ),
        (
            "effects",
            [{"call": "email.send", "hash": "1"}],
            [{"call": "email.send", "hash": "1"}, {"call": "email.send", "hash": "2"}],
            "Run run_1: it did email.send 1 time and would do email.send 2 times.",
        ),
        (
            "effects",
            [{"call": "email.send", "hash": "1"}],
            [{"call": "email.send", "hash": "2"}],
            "Run run_1: it would do as many things (email.send 1 time), but not the same: what it asks for differs.",
        ),
    ],
)
def test_a_difference_is_told_in_a_sentence(what: str, recorded: Any, candidate: Any, sentence: str) -> None:
    finding = pasts.told(Comparison("run_1", [{"what": what, "recorded": recorded, "candidate": candidate}]).order())
    assert finding.message == sentence
    assert finding.hint


def test_what_else_differs_is_named() -> None:
    differences: list[dict[str, Any]] = [
        {"what": "outcome", "recorded": "returned", "candidate": "failed"},
        {"what": "effects", "recorded": [], "candidate": []},
    ]
    assert pasts.told(Comparison("run_1", differences).order()).message.endswith("So would its effects.")


SECRET = "card 4111111111111111"
NAMED: dict[str, Any] = {
    "type": "object",
    "properties": {"score": {"type": "integer"}, "rows": {"items": {"properties": {"id": {}}}}},
}


def _of(what: str, recorded: Any, candidate: Any) -> Comparison:
    return Comparison("run_1", [{"what": what, "recorded": recorded, "candidate": candidate}])


def _request(call: str, **request: Any) -> Comparison:
    return _of("asked", None, {"call": call, "request": request})


@pytest.mark.parametrize(
    ("one", "place"),
    [
        (_of("result", {"score": 8}, {"score": SECRET}), "its answer at /score"),
        (_of("result", {"score": SECRET}, {"score": 8}), "its answer at /score"),
        (_of("result", {"score": 8}, {"score": 8, SECRET: 1}), "its answer at /*"),
        (_of("result", {"score": 8, SECRET: 1}, {"score": 8}), "its answer at /*"),
        (_of("result", {SECRET: {SECRET: 1}}, {SECRET: {SECRET: 2}}), "its answer at /*/*"),
        (_of("result", {"score": {"a": 1}}, {"score": {SECRET: 1}}), "its answer at /score/*"),
        (_of("result", {"rows": [{"id": 1}]}, {"rows": [{"id": SECRET}]}), "its answer at /rows/*/id"),
        (_of("result", {"rows": [{"id": 1}]}, {"rows": [{"id": 1, SECRET: 2}]}), "its answer at /rows/*/*"),
        (_of("result", {"rows": []}, {"rows": [0] * 4111}), "its answer at /rows/*"),
        (_of("result", {"a/b": SECRET}, {"a/b": 1}), "its answer at /*"),
        (_of("result", [SECRET], [1]), "its answer at /*"),
        (_of("result", SECRET, 1), "its answer"),
        (_of("result", 1, SECRET), "its answer"),
        (_of("result", None, {"score": SECRET}), "its answer"),
        (_of("result", {"score": [[SECRET]]}, {"score": [[1]]}), "its answer at /score/*/*"),
        (_of("error", {"code": "a", "message": SECRET}, None), "its error"),
        (_of("error", None, {"code": SECRET, "message": "b"}), "its error"),
        (_of("error", {"code": "a"}, {"code": SECRET}), "its error"),
        (_of("error", {"code": "a", "hint": SECRET}, {"code": "a", "hint": "b"}), "its error"),
        (_of("error", {"code": "a"}, {"code": "a", "details": {SECRET: SECRET}}), "its error"),
        (_of("outcome", "returned", SECRET), "how it ends"),
        (_of("outcome", "returned", "failed"), "how it ends"),
        (_request("http.request", url=f"https://x.example/{SECRET}"), "it asks http for something else"),
        (_request(f"{SECRET}.get"), "it asks the outside for something else"),
        (_request(f"kv.{SECRET}", key="a"), "it asks kv for something else"),
        (_request("email.send", to=SECRET, subject=SECRET), "it asks email for something else"),
        (_request(f"sql.query\n{SECRET}", database="crm"), "it asks sql for something else"),
        (_of("effects", [], [{"call": SECRET, "hash": "1"}]), "what it does outside"),
        (_of("effects", [], [{"call": "email.send", "hash": "1"}] * 65), "what it does outside"),
        (_of("effects", [{"call": "kv.set", "hash": SECRET}], []), "what it does outside"),
    ],
)
def test_a_finding_has_no_word_of_a_run_in_it(one: Comparison, place: str) -> None:
    """H5: whoever writes a version reads its findings, and may not read runs."""
    finding = pasts.summed_up([one.order(), Comparison("run_2", []).order()], NAMED)
    assert finding.message == f"1 of the last 2 runs would have gone otherwise: {place}, in 1."
    assert "4111" not in f"{finding.message}{finding.hint}"


@pytest.mark.parametrize("promised", [None, True, [], {"properties": []}, {"properties": None}, {"items": {}}])
def test_what_no_schema_names_is_a_star(promised: object) -> None:
    one = _of("result", {SECRET: 1}, {SECRET: 2})
    assert "its answer at /*, in 1." in pasts.summed_up([one.order()], promised).message
