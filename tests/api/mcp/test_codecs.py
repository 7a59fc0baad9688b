"""The two codecs of a call, without a server: what they read is one request, and what they write is one answer."""

import json
from datetime import UTC, datetime
from typing import Any, cast, get_args

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import methods

from api.mcp import lane, sdk
from api.mcp.messages import (
    IDEMPOTENCY_KEY,
    TASKS,
    Answer,
    Asks,
    GoesOn,
    Refused,
    Request,
    Returned,
    Unknown,
    can_ask,
)
from api.mcp.server import SERVER_INFO
from api.mcp.tools import BUILTINS
from tenants.models import Run
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.runtime import Runtime

MODERN, LEGACY = "2026-07-28", "2025-11-25"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
STAMP = {"io.modelcontextprotocol/serverInfo": SERVER_INFO}
NOTICE = {"message": "It goes.", "replaced_by": None, "since": "2026-01-01T00:00:00+00:00", "ends_at": None}
ERAS = pytest.mark.parametrize("version", [MODERN, LEGACY])


def run(**values: Any) -> Run:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    usual: dict[str, Any] = {"id": "run_1", "status": "finished", "outcome": "failed", "host_calls": 0, "error": None}
    return Run(**{**usual, "created_at": moment, **values})


def returned(value: Any, **more: Any) -> Returned:
    return Returned(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "run_1", **more)


FAULT = {"code": "failed", "message": "It did not.", "hint": "Try.", "done": "Nothing.", "run_id": "run_1"}
ANSWERS: dict[str, Answer] = {
    "an object": returned({"echo": "héllo", "none": None, "deep": [{"a": None}, 1.5, True]}),
    "an empty object": returned({}),
    "a list": returned([1, None, {"a": 2}]),
    "a text": returned('plain words\n"and" more'),
    "an empty text": returned(""),
    "a number": returned(12.25),
    "a whole number beyond 64 bits": returned({"n": 2**80}),
    "the same, not in an object": returned(2**80),
    "yes": returned(True),
    "no": returned(False),
    "zero": returned(0),
    "nothing": returned(None),
    "text in JSON's own white space": Returned('{\n "a": 1\n}', "run_1"),
    "a large number": returned({"a": 1e300}),
    "escaped text": Returned('{"a":"\\ud83d\\ude00 \\u00e9 \\\\"}', "run_1"),
    "a result of a tool that is to go": returned({"a": 1}, notice=NOTICE),
    "a text of a tool that is to go": returned("words", notice=NOTICE),
    "what a tool of ours says": Returned('{"tools":[]}', words='{\n "tools": []\n}'),
    "a refusal": Refused({"code": "quota", "message": "Too many.", "done": "This call did nothing."}),
    "a failure": Refused(FAULT, "run_1"),
    "a failure with details": Refused(
        {**FAULT, "details": {"problems": [{"path": "/a", "message": "é", "at": None}]}}, "r"
    ),
    "a failure of a tool that is to go": Refused(FAULT, "run_1", NOTICE),
    "a failure with a number beyond 64 bits": Refused({**FAULT, "details": {"n": 2**70}}, "run_1"),
    "a question": Asks("run_1", "que_1", 'Send 70 to ACME?\n\n{\n "to": "é"\n}'),
    "a run that waits": GoesOn(run(status="suspended", outcome=None)),
    "a run elsewhere": GoesOn(run(status="running", outcome=None)),
    "a run elsewhere of a tool that is to go": GoesOn(run(status="running", outcome=None), NOTICE),
    "no such tool": Unknown("Unknown tool: ecko. Did you mean echo?", {"name": "ecko", "hint": "Did you mean echo?"}),
    "no such run": Unknown("requestState does not belong to this call."),
}


def by_bytes(answer: Answer, version: str) -> dict[str, Any]:
    return json.loads(b"{%b}" % lane.write(answer, is_modern=version == MODERN))


def by_models(answer: Answer, version: str) -> dict[str, Any]:
    """As the SDK prints what it is handed: the era's own shape, and in the newer one who has said it."""
    try:
        model = sdk.write(answer, is_modern=version == MODERN)
    except MCPError as error:
        told = {"code": error.code, "message": error.message}
        return {"error": told | ({"data": error.error.data} if error.error.data is not None else {})}
    dumped = model.model_dump(by_alias=True, mode="json", exclude_none=True)
    wire = methods.serialize_server_result("tools/call", version, dumped)
    if version == MODERN:
        wire["_meta"] = wire.get("_meta", {}) | STAMP
    return {"result": wire}


@ERAS
@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind != "a question"])
def test_both_codecs_write_the_same_answer(kind: str, version: str) -> None:
    assert by_bytes(ANSWERS[kind], version) == by_models(ANSWERS[kind], version)


def test_both_codecs_ask_the_same_question() -> None:
    assert by_bytes(ANSWERS["a question"], MODERN) == by_models(ANSWERS["a question"], MODERN)


@ERAS
def test_every_kind_of_answer_is_in_the_table(version: str) -> None:
    assert {type(answer) for answer in ANSWERS.values()} == set(get_args(Answer))
    for kind, answer in ANSWERS.items():
        assert set(by_bytes(answer, version)) == {"error" if isinstance(answer, Unknown) else "result"}, kind


@ERAS
def test_a_result_says_its_run_and_what_its_callers_are_to_be_told(version: str) -> None:
    meta = by_bytes(ANSWERS["a result of a tool that is to go"], version)["result"]["_meta"]
    assert meta["sealwright/runId"] == "run_1"
    assert meta["sealwright/deprecation"] == NOTICE


ACTOR = Actor(ActorKind.PERSON, "usr_1", "Ann", "tnt_1", "acme", "usr_1", frozenset({Permission.TOOLS_CALL}))
# No codec looks into it.
RUNTIME = cast("Runtime", object())
ORIGIN = "https://here.example"
FORMS: dict[str, Any] = {"elicitation": {"form": {}}}
CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "arguments": ({"name": "echo", "arguments": {"text": "héllo", "n": [1, None]}}, {}),
    "no arguments": ({"name": "echo"}, {}),
    "a tool of ours": ({"name": "search_tools", "arguments": {"query": ""}}, FORMS),
    "a call by call_tool": ({"name": "call_tool", "arguments": {"name": "echo"}}, {}),
    "an idempotency key": ({"name": "echo", "_meta": {IDEMPOTENCY_KEY: "k-1"}}, {}),
    "a key that is none": ({"name": "echo", "_meta": {IDEMPOTENCY_KEY: 5}}, {}),
    "a client with forms": ({"name": "echo"}, FORMS),
    "a client that says no mode": ({"name": "echo"}, {"elicitation": {}}),
    "a client with addresses only": ({"name": "echo"}, {"elicitation": {"url": {}}}),
    "a client with both": ({"name": "echo"}, {"elicitation": {"url": {}, "form": {}}}),
    "a client with other things": ({"name": "echo"}, {"roots": {}, "sampling": {}}),
}


def read_bytes(params: dict[str, Any], capabilities: dict[str, Any], version: str) -> Request | None:
    meta = {CAPABILITIES: capabilities} if version == MODERN else {}
    given = {**params, "_meta": {**params.get("_meta", {}), **meta}}
    return lane.read(RUNTIME, ACTOR, given, ORIGIN, is_modern=version == MODERN)


def read_models(params: dict[str, Any], capabilities: dict[str, Any], version: str, **more: Any) -> Request:
    return sdk.read(
        RUNTIME,
        ACTOR,
        types.CallToolRequestParams.model_validate(params),
        origin=ORIGIN,
        meta=params.get("_meta", {}),
        capabilities=types.ClientCapabilities.model_validate(capabilities),
        is_modern=version == MODERN,
        **more,
    )


@ERAS
@pytest.mark.parametrize("kind", CALLS)
def test_both_codecs_read_the_same_call(kind: str, version: str) -> None:
    params, capabilities = CALLS[kind]
    assert read_bytes(params, capabilities, version) == read_models(params, capabilities, version)


@ERAS
@pytest.mark.parametrize("params", [{}, {"name": 5}, {"name": None}, {"name": "echo", "arguments": [1]}])
def test_what_is_no_call_is_left_to_the_sdk_to_word(params: dict[str, Any], version: str) -> None:
    assert read_bytes(params, {}, version) is None


@pytest.mark.parametrize(
    ("capabilities", "can"),
    [
        (None, False),
        ({}, False),
        ({"elicitation": None}, False),
        ({"elicitation": {}}, True),
        ({"elicitation": {"form": {}}}, True),
        ({"elicitation": {"url": {}}}, False),
        ({"elicitation": {"url": None}}, True),
        ({"elicitation": {"form": None, "url": {}}}, False),
        ({"elicitation": True}, False),
        ({"elicitation": []}, False),
        ({"extensions": {TASKS: {}}}, False),
    ],
)
def test_forms_are_for_clients_that_can_show_one(capabilities: dict[str, Any] | None, *, can: bool) -> None:
    assert can_ask(capabilities) is can


@pytest.mark.parametrize("name", ["echo", *OwnTool])
def test_only_a_tenants_tool_is_waited_for_with_patience_or_gone_on_with(name: str) -> None:
    params: dict[str, Any] = {"name": name, "requestState": "run_1", "inputResponses": {}}
    request = read_models(params, FORMS, MODERN, patience_s=3.0)
    assert (request.resumes is not None) is (name not in BUILTINS)
    assert request.patience_s is None
    assert read_models({"name": name}, FORMS, MODERN, patience_s=3.0).patience_s == (None if name in BUILTINS else 3.0)


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ({"action": "accept", "content": {"approved": True, "comment": "go"}}, (True, "go")),
        ({"action": "accept", "content": {"approved": True}}, (True, "")),
        ({"action": "accept", "content": {"approved": False, "comment": "no"}}, (False, "no")),
        ({"action": "accept", "content": {"approved": "true"}}, (False, "")),
        ({"action": "accept", "content": {"approved": 1}}, (False, "")),
        ({"action": "accept", "content": {}}, (False, "")),
        ({"action": "accept"}, (False, "")),
        ({"action": "decline"}, (False, "")),
        ({"action": "decline", "content": {"approved": True}}, (False, "")),
        ({"action": "cancel"}, None),
        ({"action": "cancel", "content": {"approved": True}}, None),
    ],
)
def test_only_a_yes_is_a_yes(said: dict[str, Any], reply: tuple[bool, str] | None) -> None:
    assert sdk.reply_of(said) == reply
    assert sdk.reply_of(types.ElicitResult.model_validate(said)) == reply
