"""How `./dev bench bfcl` makes tools of stateful classes, on a class of our own."""

from typing import Any

import pytest

from sandbox import Image, Pool
from tenants import gates
from tests.bench import bfcl
from tests.gates.suite import errors_of


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The class's methods as tools, after some calls from one state."""
    from tests.bench.programs import bfcl_methods

    program: Any = bfcl_methods
    monkeypatch.setattr(program, "PACKAGE", "tests.bench.programs")
    monkeypatch.setitem(program.MODULES, "DeskAPI", "small_desk")
    api = program.Api("DeskAPI")
    takes = {"openTicket": {"title": {"type": "string"}}, "titles": {}}
    tools: dict[str, Any] = {}
    for method in api.methods:
        given = {"type": "dict", "properties": takes[method], "required": list(takes[method])}
        doc = {"description": "This is a desk. Tool description: Does it.", "parameters": given, "response": {}}
        tools[method] = program.Tool(api, method, doc)
    for user in ("ann", None):
        now = {api.key: api.first_state({"user": user, "tickets": {"3": {"title": "old"}}})}
        for method, arguments in [("titles", {}), ("openTicket", {"title": "new"}), ("titles", {})]:
            tools[method].meet(now, arguments)
    return {method: tool.told() for method, tool in tools.items()}


def test_a_method_says_as_a_tool_what_its_class_says(made: dict[str, dict[str, Any]]) -> None:
    assert [(one["unlike"], one["failed"]) for one in made.values()] == [([], []), ([], [])]
    opens, lists = made["openTicket"]["spec"], made["titles"]["spec"]
    assert (opens["name"], opens["effects"], opens["capabilities"]) == (
        "open_ticket",
        "destructive",
        {"kv": ["tenant/small_desk"]},
    )
    assert (lists["effects"], lists["capabilities"]) == ("read", {"kv": ["read tenant/small_desk"]})
    assert [case.get("error") for case in opens["examples"]] == [None, "refused"]
    assert [case["result"] for case in lists["examples"]] == [{"result": ["old"]}, {"result": ["old", "new"]}]


def test_what_is_not_used_is_left_out(made: dict[str, dict[str, Any]]) -> None:
    lists, opens = made["titles"]["source"], made["openTicket"]["source"]
    assert "_new_id" in opens
    for word in ("_new_id", "openTicket", "LONG", "long_context:", "_api_description", "compare_and_set"):
        assert word not in lists


@pytest.mark.parametrize("method", ["openTicket", "titles"])
async def test_its_cases_come_out_in_the_sandbox(
    method: str, made: dict[str, dict[str, Any]], pool: Pool, image: Image
) -> None:
    tool = bfcl.tool_of(made[method])
    chosen = [gate for gate in gates.EVERY if gate.name in {"contract", "safety", "examples", "holdouts", "effects"}]
    assert await errors_of(tool.spec, tool.source, tuple(chosen), pool, image) == []
