"""Drafts over REST: tried in canned worlds, with nothing kept."""

from tests.makers import TenantAccess, make_source, make_spec


async def test_a_draft_is_tried_against_the_tools_cases_and_nothing_is_kept(tenant: TenantAccess) -> None:
    assert (await tenant.api.post("/tools", json=make_spec())).status_code == 201
    good = await tenant.api.post("/tools/add_numbers/dry-run", json={"source": make_source()})
    assert good.status_code == 200, good.text
    assert [run["otherwise"] for run in good.json()["runs"]] == [[], [], []]
    wrong = await tenant.api.post(
        "/tools/add_numbers/dry-run", json={"source": make_source().replace("a + b", "a - b")}
    )
    assert wrong.json()["runs"][0]["otherwise"] == ["the result differs at /sum: expected 3, got -1."]
    broken = await tenant.api.post("/tools/add_numbers/dry-run", json={"source": "def add_numbers(:"})
    assert broken.json()["runs"] == []
    assert broken.json()["findings"][0]["severity"] == "error"
    assert (await tenant.api.post("/tools/nothing/dry-run", json={"source": "x = 1"})).status_code == 404
    assert (await tenant.api.get("/tools/add_numbers/versions")).json()["items"] == []


async def test_the_reference_of_what_tools_import_is_told_to_everybody(tenant: TenantAccess) -> None:
    answer = await tenant.person.get("/sdk", headers={"Cookie": ""})
    assert "from sealwright import" in answer.json()["text"]
