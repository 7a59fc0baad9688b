"""Neighbours of an example: one thing other than it is, the same ones each time, and no more than are asked for."""

from typing import Any

import pytest

from tenants.gates.second.neighbours import OF_A_CASE, Neighbour, neighbours

CASE: dict[str, Any] = {
    "arguments": {"day": "2026-02-28", "limit": 3, "names": ["ann", "ben"]},
    "world": {
        "now": "2026-03-01T00:00:00Z",
        "http": {"GET https://a.example/x": {"status": 200, "json": {"rows": [{"id": 1, "state": "open"}, {"id": 2, "state": "paid"}]}}},
        "sql": {"shop": "CREATE TABLE t (id INTEGER, kind TEXT); INSERT INTO t VALUES (1, 'red'), (2, 'blue');"},
        "files": {"in.csv": "id,cents\n1,100\n2,250\n"},
    },
}


def shown(found: list[Neighbour]) -> str:
    return "\n".join(f"{one.arguments} {one.world}" for one in found)


def test_they_are_the_same_each_time_and_never_the_example_itself() -> None:
    first, again = neighbours(CASE), neighbours(CASE)
    assert first == again
    assert 0 < len(first) <= OF_A_CASE
    assert all((one.arguments, one.world) != (CASE["arguments"], CASE["world"]) for one in first)
    assert all(one.world["now"] == CASE["world"]["now"] for one in first), "what a world is set to is no data"


@pytest.mark.parametrize(
    "other",
    [
        "'day': '2026-03-01'",
        "'limit': 4",
        "'limit': 2",
        "['ann', 'ben', 'ben']",
        "'state': 'paid'}, {'id': 2",
        "(2, 'red')",
        "2,250\\n2,250\\n",
    ],
)
def test_values_lists_rows_and_lines_have_others_in_their_place(other: str) -> None:
    assert other in shown(neighbours(CASE))


def test_a_large_case_has_no_more_of_them() -> None:
    many = {**CASE, "arguments": {"names": [f"name {n}" for n in range(500)]}}
    assert len(neighbours(many)) == OF_A_CASE
