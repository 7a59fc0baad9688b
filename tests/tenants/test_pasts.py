"""What the history gate says of a run that would have gone otherwise: a sentence, and what to do about it."""

from typing import Any

import pytest

from tenants import pasts
from tenants.history import Comparison


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
    finding = pasts.told(Comparison("run_1", [{"what": what, "recorded": recorded, "candidate": candidate}]))
    assert finding.message == sentence
    assert finding.hint


def test_what_else_differs_is_named() -> None:
    differences: list[dict[str, Any]] = [
        {"what": "outcome", "recorded": "returned", "candidate": "failed"},
        {"what": "effects", "recorded": [], "candidate": []},
    ]
    assert pasts.told(Comparison("run_1", differences)).message.endswith("So would its effects.")
