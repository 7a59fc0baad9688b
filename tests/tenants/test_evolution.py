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


async def test_a_version_that_answers_alike_has_nothing_to_tell(tenant: TenantAccess) -> None:
    await make_live(tenant)
    await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    version = await propose(tenant, "add_numbers", make_source().replace("a + b", "b + a"))
    assert [finding for finding in version["findings"] if finding["gate"] == "history"] == []
    assert "history" in [gate["gate"] for gate in version["report"]["gates"]]
