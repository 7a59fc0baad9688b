"""Public shapes: what they name goes out, in the words that clients have always read, and nothing else does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.schemas.people import NewInvitationOut
from api.schemas.runs import QuestionOut, RunDetail, RunOut
from api.schemas.stores import ConnectionOut, SecretOut
from api.schemas.tools import DecisionOut, ToolOut, VersionSummary
from api.schemas.webhooks import DeliveryOut, NewWebhookOut, WebhookOut
from tenants.models import (
    Approval,
    Connection,
    Delivery,
    Invitation,
    Question,
    Run,
    SecretEntry,
    Tool,
    Version,
    Webhook,
)

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
WHO = {"kind": "person", "id": "usr_1", "label": "ann@acme.example", "user_id": "usr_1"}
DATED: dict[str, Any] = {"created_at": AT, "updated_at": AT}
CASE = {"arguments": {"a": 1}, "result": {"sum": 5417}}
SPEC: dict[str, Any] = {"title": None, "description": "Adds.", "holdouts": [CASE], "examples": [CASE]}
QUOTING = {"gate": "history", "severity": "warning", "message": "Run run_1: it said 4111.", "hint": None, "line": None}
PLAIN = {**QUOTING, "message": "2 of the last 3 runs would have gone otherwise."}


def run(**changes: Any) -> Run:
    kept: dict[str, Any] = {
        "id": "run_1", "tool_name": "add", "version_number": 3, "digest": "d", "component_digest": "c",
        "status": "finished", "outcome": "returned", "result": '{"sum": 3}', "error": None, "fuel_used": 7,
        "meter": "own-2",
        "memory_bytes_peak": 8, "wall_ms": 1.5, "host_calls": 0, "executions": 1, "caller": {**WHO, "channel": "mcp"},
        "parent_run_id": None, "arguments": '{"a": 1}', "arguments_hash": "h", "idempotency_key": None,
        "progress": None, "log": "hello", "seed": "5eed", "principal": "usr_1", "lease_owner": "here", "fence": 3,
        "created_at": AT, "finished_at": None,
    }  # fmt: skip
    return Run(**{**kept, **changes})


def test_a_run_tells_its_values_and_none_of_what_carries_it() -> None:
    said = RunDetail.of(run()).plain()
    assert (said["tool"], said["version"], said["result"], said["arguments"]) == ("add", 3, {"sum": 3}, {"a": 1})
    assert said["caller"] == {**WHO, "channel": "mcp"}
    assert said.keys().isdisjoint({"seed", "principal", "lease_owner", "fence", "tool_name", "result_value"})


def test_a_run_in_a_list_tells_neither_its_arguments_nor_its_log() -> None:
    assert RunDetail.of(run()).plain().keys() - RunOut.of(run()).plain().keys() == {
        "arguments",
        "log",
        "broken_invariants",
    }


@pytest.mark.parametrize("text", [None, "null", "{", "", '"\\ud800"', "[" * 5_000])
def test_a_result_that_cannot_be_read_hides_no_run(text: str | None) -> None:
    assert RunOut.of(run(result=text)).result in (None, "\ud800")


def test_times_go_with_a_z_to_rest_and_as_they_always_went_to_mcp() -> None:
    shape = RunOut.of(run(finished_at=AT))
    assert '"created_at":"2026-06-01T09:30:00Z"' in shape.model_dump_json()
    assert shape.plain()["created_at"] == shape.plain()["finished_at"] == "2026-06-01T09:30:00+00:00"


def test_times_that_were_told_as_text_stay_as_they_were() -> None:
    question = Question(
        id="qst_1", run_id="run_1", tool_name="add", asked_of="approver", question="May it?", details='{"sum":9}',
        deadline=None, created_at=AT, answer=None, answered_at=None,
    )  # fmt: skip
    said = QuestionOut.of(question)
    assert (said.created_at, said.deadline, said.details, said.run) == (
        "2026-06-01T09:30:00+00:00",
        None,
        {"sum": 9},
        "run_1",
    )
    approval = Approval(decision="approve", digest="d", reason=None, actor=WHO, created_at=AT)
    assert DecisionOut.of(approval).created_at == "2026-06-01T09:30:00+00:00"


def test_a_spec_goes_out_without_what_its_holdouts_expect() -> None:
    tool = Tool(name="add", spec=SPEC, live_version=None, last_version=1, created_by=WHO, retired_at=None, **DATED)
    said = ToolOut.of(tool)
    assert said.spec["holdouts"] == [{"arguments": {"a": 1}}]
    assert said.spec["examples"] == [CASE]
    assert (said.title, said.description, said.deprecation) == (None, "Adds.", None)


def test_what_an_older_finding_quotes_of_a_run_goes_to_nobody() -> None:
    version = Version(
        tool_name="add", number=1, state="live", digest="d", component_digest="c", author=WHO,
        findings=[QUOTING, PLAIN], report={"reviews": ["4111"], "gates": [{"gate": "history", "findings": [QUOTING]}]},
        **DATED,
    )  # fmt: skip
    assert [one.message for one in VersionSummary.of(version).findings] == [PLAIN["message"]]
    assert "4111" not in str(version.visible_report)


def test_no_sealed_value_has_a_shape() -> None:
    sealed: dict[str, Any] = {"key_number": 1, "sealed": b"5417"}
    shapes = [
        SecretOut.of(SecretEntry(name="k", hosts=["a.example"], version=1, updated_by=WHO, **sealed, **DATED)),
        ConnectionOut.of(Connection(name="crm", url="sqlite:///crm.db", version=1, updated_by=WHO, **sealed, **DATED)),
        WebhookOut.of(
            Webhook(
                id="whk_1", url="https://a.example", events=[], active=True, created_by=WHO, created_at=AT, **sealed
            )
        ),
    ]
    assert "5417" not in str([shape.plain() for shape in shapes])


def test_what_stands_beside_a_row_is_told_with_it() -> None:
    webhook = Webhook(id="whk_1", url="https://a.example", events=[], active=True, created_by=WHO, created_at=AT)
    assert NewWebhookOut.of(webhook, signing_key="whsec_1").signing_key == "whsec_1"
    invitation = Invitation(
        id="inv_1",
        email="b@acme.example",
        role="viewer",
        invited_by=WHO,
        created_at=AT,
        expires_at=AT,
        token_hash="5417",
    )
    said = NewInvitationOut.of(invitation, link=None)
    assert (said.id, said.link) == ("inv_1", None)
    assert "5417" not in str(said.plain())


def test_a_kind_of_event_that_is_none_is_no_delivery() -> None:
    kept: dict[str, Any] = {
        "id": "msg_1", "subject": "run_1", "state": "waiting", "attempts": 0, "next_at": AT, "last_status": None,
        "last_error": None, "created_at": AT, "delivered_at": None,
    }  # fmt: skip
    assert DeliveryOut.of(Delivery(kind="run.finished", **kept)).event == "run.finished"
    with pytest.raises(ValueError, match="literal_error"):
        DeliveryOut.of(Delivery(kind="run.invented", **kept))
