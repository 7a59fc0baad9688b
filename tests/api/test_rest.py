"""The REST edge as an integrator meets it: clear refusals, nothing lost, nothing of another tenant's seen."""

from typing import Any

import pytest

from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, propose, sign_up, submit


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"urn:sealwright:problem:{code}"
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


async def test_json_that_does_not_parse_is_refused_with_its_position(tenant: TenantAccess) -> None:
    answer = await tenant.api.post("/tools", content=b'{"name": ', headers={"Content-Type": "application/json"})
    assert "character" in assert_problem(answer, 400, "unparsable")["detail"]


async def test_yaml_that_does_not_parse_is_refused_with_line_and_column(tenant: TenantAccess) -> None:
    answer = await tenant.api.post("/tools", content=b"name: x\n  bad: [", headers={"Content-Type": "application/yaml"})
    assert "line 2" in assert_problem(answer, 400, "unparsable")["detail"]


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [*a]",
        "\n".join(["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]),
    ],
)
async def test_a_yaml_bomb_is_refused(tenant: TenantAccess, bomb: str) -> None:
    answer = await tenant.api.post("/tools", content=bomb.encode(), headers={"Content-Type": "application/yaml"})
    assert "aliases" in assert_problem(answer, 400, "unparsable")["detail"]


async def test_a_spec_can_be_sent_as_yaml(tenant: TenantAccess) -> None:
    text = "name: echo\ndescription: Says it again.\ninput_schema: {type: object}\noutput_schema: {type: object}\n"
    answer = await tenant.api.post("/tools", content=text.encode(), headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "echo"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"input_schema": {"type": "array"}}, "/input_schema"),
        ({"input_schema": {"type": "object", "properties": {"a": {"type": "numbr"}}}}, "/input_schema"),
        ({"output_schema": {"type": "string"}}, "/output_schema"),
        ({"name": "Bad Name!"}, "/name"),
        ({"name": "call_tool"}, "/name"),
        ({"limits": {"fuel": -1}}, "/limits"),
        ({"limits": {"memory": 1}}, "/limits"),
        ({"capabilities": {"http": ["FETCH everything"]}}, "/capabilities"),
        ({"capabilities": {"root": ["all"]}}, "/capabilities"),
        ({"effects": "maybe"}, "/effects"),
        ({"examples": [{"arguments": {"a": "one", "b": 2}, "result": {"sum": 3}}]}, "/examples/0/arguments"),
    ],
)
async def test_a_wrong_spec_names_the_field(tenant: TenantAccess, changes: dict[str, Any], path: str) -> None:
    answer = await tenant.api.post("/tools", json=make_spec(**changes))
    problems = assert_problem(answer, 422, "invalid")["problems"]
    assert any(problem["path"].startswith(path) for problem in problems), problems
    assert (await tenant.api.get("/tools")).json()["items"] == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def add_numbers(a, b)\n    return {}\n", ["line 1"]),
        ("def other(a, b):\n    return {}\n", ["add_numbers"]),
        ("def add_numbers(a, c):\n    return {'sum': a + c}\n", ["b"]),
        ("import numpy\n\n\ndef add_numbers(a, b):\n    return {'sum': a + b}\n", ["numpy"]),
        ("def add_numbers(a, b):\n    return {'sum': a - b}\n", ["-1", "3"]),
        ("def add_numbers(a, b):\n    while True:\n        a += 1\n", ["fuel"]),
        ("import random\n\n\ndef add_numbers(a, b):\n    return {'sum': a + b + random.randint(0, 10**9)}\n", []),
        ("def add_numbers(a, b):\n    return {'total': a + b}\n", ["/sum"]),
        ("x = 1 / 0\n\n\ndef add_numbers(a, b):\n    return {'sum': a + b}\n", ["ZeroDivisionError", "line 1"]),
    ],
)
async def test_a_wrong_source_is_rejected_with_a_finding_that_says_what(
    tenant: TenantAccess, source: str, words: list[str]
) -> None:
    version = await submit(tenant, make_spec(limits={"fuel": 500_000_000}), source)
    assert version["state"] == "rejected"
    errors = [finding for finding in version["findings"] if finding["severity"] == "error"]
    assert errors
    said = " ".join(f"{f['message']} {f['hint']} line {f['line']}" for f in errors)
    assert [word for word in words if word not in said] == [], said
    # Nothing is lost: what was written can be read and mended.
    assert version["source"] == source


async def test_arguments_that_break_the_schema_are_refused_and_the_run_is_recorded(tenant: TenantAccess) -> None:
    await make_live(tenant)
    answer = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": "one", "b": 2}})
    run = answer.json()
    assert run["outcome"] == "refused", answer.text
    assert "/a" in str(run["error"])
    assert (await tenant.api.get(f"/runs/{run['id']}")).json()["outcome"] == "refused"


async def test_a_result_that_breaks_the_schema_fails_the_run(tenant: TenantAccess) -> None:
    # Only for one pair of arguments, so that no gate comes across it.
    source = make_source().replace('{"sum": a + b}', '{"sum": "many" if (a, b) == (918_273, 2) else a + b}')
    await make_live(tenant, source=source)
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 918_273, "b": 2}})).json()
    assert run["outcome"] == "failed"
    assert "/sum" in str(run["error"])


async def test_a_stale_digest_is_a_conflict_that_says_what_changed(tenant: TenantAccess) -> None:
    await submit(tenant, make_spec(), make_source())
    answer = await tenant.api.post("/tools/add_numbers/versions/1/approve", json={"digest": "0" * 64})
    assert_problem(answer, 409, "stale_digest")


async def test_the_author_alone_cannot_approve_unless_the_policy_says_so(product: Product) -> None:
    tenant = await sign_up(product, self_approval=False)
    version = await submit(tenant, make_spec(), make_source())
    answer = await tenant.api.post("/tools/add_numbers/versions/1/approve", json={"digest": version["digest"]})
    problem = assert_problem(answer, 403, "not_allowed")
    assert "self_approval" in problem["hint"]


async def test_an_unknown_tool_is_not_found(tenant: TenantAccess) -> None:
    assert_problem(await tenant.api.get("/tools/nothing"), 404, "not_found")
    assert_problem(await tenant.api.post("/tools/nothing/runs", json={"arguments": {}}), 404, "not_found")


async def test_another_tenants_things_are_not_there(product: Product, tenant: TenantAccess) -> None:
    await make_live(tenant)
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})).json()
    other = await sign_up(product)
    foreign = f"{product.url}/api/v1/tenants/{tenant.slug}"
    for path in ("", "/tools", "/tools/add_numbers", "/runs", f"/runs/{run['id']}", "/members", "/audit", "/api-keys"):
        assert (await other.api.get(foreign + path)).status_code in {401, 404}, path
        assert (await other.person.get(foreign + path)).status_code == 404, path
    assert_problem(await other.api.get(f"/runs/{run['id']}"), 404, "not_found")
    assert_problem(await other.api.get("/tools/add_numbers"), 404, "not_found")


async def test_a_list_of_runs_tells_nobody_what_they_were_called_with(tenant: TenantAccess) -> None:
    await make_live(tenant)
    run = (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 918_273, "b": 2}})).json()
    assert run["arguments"] == {"a": 918_273, "b": 2}
    listed = await tenant.api.get("/runs")
    assert [item["id"] for item in listed.json()["items"]] == [run["id"]]
    assert not {"arguments", "log"} & set(listed.json()["items"][0])


async def test_lists_are_paged_newest_first(tenant: TenantAccess) -> None:
    await make_live(tenant)
    made = [
        (await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": n, "b": 0}})).json()["id"]
        for n in range(5)
    ]
    first = (await tenant.api.get("/runs?limit=3")).json()
    second = (await tenant.api.get(f"/runs?limit=3&cursor={first['next_cursor']}")).json()
    assert [run["id"] for run in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


async def test_the_same_idempotency_key_gives_the_same_run(tenant: TenantAccess) -> None:
    await make_live(tenant)
    headers = {"Idempotency-Key": "order-7"}
    first = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}}, headers=headers)
    again = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}}, headers=headers)
    assert first.json()["id"] == again.json()["id"]
    other = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 9, "b": 9}}, headers=headers)
    assert other.status_code == 409


async def test_a_key_does_no_more_than_its_scopes(tenant: TenantAccess) -> None:
    await make_live(tenant)
    made = await tenant.person.post(
        f"/tenants/{tenant.slug}/api-keys", json={"name": "caller", "scopes": ["tools:call"]}
    )
    narrow = {"Authorization": f"Bearer {made.json()['token']}"}
    allowed = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}}, headers=narrow)
    assert allowed.json()["outcome"] == "returned"
    version = await propose(tenant, "add_numbers", make_source() + "\n")
    refused = await tenant.api.post(
        "/tools/add_numbers/versions/2/approve", json={"digest": version["digest"]}, headers=narrow
    )
    assert_problem(refused, 403, "not_allowed")
    await tenant.person.delete(f"/tenants/{tenant.slug}/api-keys/{made.json()['id']}")
    assert_problem(await tenant.api.get("/tools", headers=narrow), 401, "not_authenticated")


async def test_a_cookie_alone_cannot_write(tenant: TenantAccess) -> None:
    answer = await tenant.person.post(
        f"/tenants/{tenant.slug}/tools", json=make_spec(), headers={"X-Sealwright-Csrf": "0"}
    )
    assert_problem(answer, 403, "not_allowed")
    answer = await tenant.person.post(
        f"/tenants/{tenant.slug}/tools", json=make_spec(), headers={"Origin": "https://evil.example"}
    )
    assert_problem(answer, 403, "not_allowed")


async def test_signing_out_ends_the_session(tenant: TenantAccess) -> None:
    assert (await tenant.person.get("/session")).json()["user"]["email"] == tenant.email
    assert (await tenant.person.delete("/session")).status_code == 204
    assert_problem(await tenant.person.get("/session"), 401, "not_authenticated")
    wrong = await tenant.person.post("/session", json={"email": tenant.email, "password": "wrong"})
    assert_problem(wrong, 401, "not_authenticated")
    right = await tenant.person.post("/session", json={"email": tenant.email, "password": tenant.password})
    assert right.status_code == 200


async def test_a_body_that_is_too_large_is_refused(tenant: TenantAccess) -> None:
    answer = await tenant.api.post("/tools", content=b" " * (5 << 20), headers={"Content-Type": "application/json"})
    assert_problem(answer, 413, "content_too_large")


async def test_a_field_that_does_not_exist_is_named(tenant: TenantAccess) -> None:
    answer = await tenant.api.post("/tools/x/versions", json={"sauce": "..."})
    assert assert_problem(answer, 422, "invalid")["problems"][0]["path"] == "/sauce"


async def test_a_key_that_only_writes_code_never_sees_what_holdouts_expect(tenant: TenantAccess) -> None:
    await submit(tenant, make_spec(), make_source())
    made = await tenant.person.post(
        f"/tenants/{tenant.slug}/api-keys", json={"name": "writer", "scopes": ["tools:author"]}
    )
    writer = {"Authorization": f"Bearer {made.json()['token']}"}
    for path in ("/tools/add_numbers", "/tools/add_numbers/versions/1"):
        seen = (await tenant.api.get(path, headers=writer)).json()["spec"]["holdouts"]
        assert [set(case) for case in seen] == [{"arguments"}]
        assert (await tenant.api.get(path)).json()["spec"]["holdouts"][0]["result"] == {"sum": 42}


async def test_guessing_a_password_is_stopped_after_ten_tries(tenant: TenantAccess) -> None:
    wrong = {"email": f"nobody-{tenant.slug}@example.com", "password": "a wrong password"}
    for _ in range(10):
        assert_problem(await tenant.person.post("/session", json=wrong), 401, "not_authenticated")
    refused = await tenant.person.post("/session", json=wrong)
    assert_problem(refused, 429, "over_quota")
    assert 0 < int(refused.headers["retry-after"]) <= 301
