"""A second version beside the first: what it changes, and what it would have answered."""

from typing import Any

from tenants.confinement import spec_fields
from tenants.tools import version_changes
from tests.makers import TenantAccess, make_live, make_source, make_spec, propose


def spec(**other: Any) -> dict[str, Any]:
    return spec_fields.complete(make_spec(**other))


def test_nothing_changes_between_equal_specs() -> None:
    same = version_changes.between(spec(), spec())
    assert same["widens"] is False
    assert (same["grant"], same["limits"], same["contract"]) == ({"added": [], "removed": []}, [], [])


def test_more_reach_is_told_in_sentences_and_widens() -> None:
    after = spec(capabilities={"http": ["GET https://api.example.com/v1/*"]}, limits={"host_calls": 2_000})
    said = version_changes.between(spec(), after)
    assert said["widens"] is True
    assert said["grant"]["added"] == ["Send GET requests to https://api.example.com/v1/ and everything below it."]
    assert said["limits"] == [{"limit": "host_calls", "from": 1_000, "to": 2_000}]
    assert version_changes.between(after, spec())["widens"] is False


def test_what_breaks_callers_is_told_from_what_does_not() -> None:
    schema = make_spec()["input_schema"]
    more = {**schema, "properties": {**schema["properties"], "c": {"type": "integer"}}}
    optional = version_changes.between(spec(), spec(input_schema=more))["contract"]
    assert optional == [{"message": "There is a new optional argument c.", "breaks": False}]
    required = version_changes.between(spec(), spec(input_schema={**more, "required": ["a", "b", "c"]}))["contract"]
    assert required == [{"message": "There is a new required argument c.", "breaks": True}]


async def test_a_new_version_is_run_against_the_last_runs_before_anyone_approves_it(tenant: TenantAccess) -> None:
    await make_live(tenant)
    for a in (1, 200):
        answer = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2}})
        assert answer.json()["result"] == {"sum": a + 2}
    other = make_source().replace("a + b", "a + b if a < 100 else 0")
    version = await propose(tenant, "add_numbers", other)
    assert version["state"] == "awaiting_approval", version["findings"]
    said = [finding["message"] for finding in version["findings"] if finding["gate"] == "history"]
    assert said == ["1 of the last 2 runs would have gone otherwise: its answer at /sum, in 1."]
    compared = (await tenant.api.post(f"/tools/add_numbers/versions/{version['number']}/history")).json()["items"]
    assert compared[0]["said"].endswith("in its answer, /sum was 202 and would be 0.")
    assert version["changes"]["since"] == 1
    assert version["changes"]["widens"] is False


def test_taking_more_than_before_breaks_nobody_and_answering_more_does() -> None:
    schema = make_spec()["input_schema"]
    few, many = ({"type": "string", "maxLength": length} for length in (2_000, 5_000))
    before, after = (spec(input_schema={**schema, "properties": {"note": note}}) for note in (few, many))
    more = version_changes.between(before, after)["contract"]
    assert more == [{"message": "The argument note takes more values than before.", "breaks": False}]
    less = version_changes.between(after, before)["contract"]
    assert less == [{"message": "The argument note takes other values.", "breaks": True}]
    narrow, wide = (spec(output_schema={"type": "object", "properties": {"note": note}}) for note in (few, many))
    assert [one["breaks"] for one in version_changes.between(narrow, wide)["contract"]] == [True]
    assert [one["breaks"] for one in version_changes.between(wide, narrow)["contract"]] == [False]


async def test_an_error_that_is_raised_a_line_further_down_is_the_same_error(tenant: TenantAccess) -> None:
    wrong = make_source().replace(
        "    return", '    if a > 99:\n        raise ToolError("large", "Too large.")\n    return'
    )
    source = wrong.replace("\n\n\ndef", "\n\nfrom sealwright import ToolError\n\n\ndef")
    failing = {"arguments": {"a": 100, "b": 2}, "error": "large"}
    await make_live(tenant, make_spec(examples=[*make_spec()["examples"], failing]), source)
    run = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": failing["arguments"]})
    assert run.json()["outcome"] == "failed"
    version = await propose(
        tenant, "add_numbers", source.replace("    if a", "    limit = 99\n    if a").replace("> 99", "> limit")
    )
    assert [finding for finding in version["findings"] if finding["gate"] == "history"] == []


async def test_a_version_that_answers_alike_has_nothing_to_tell(tenant: TenantAccess) -> None:
    await make_live(tenant)
    await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    version = await propose(tenant, "add_numbers", make_source().replace("a + b", "b + a"))
    assert [finding for finding in version["findings"] if finding["gate"] == "history"] == []
    assert "history" in [gate["gate"] for gate in version["report"]["gates"]]
