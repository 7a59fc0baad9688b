"""The bench an author works at: what waits is seen, what is sent twice is one, what is wrong is taken back."""

from typing import Any

from tests.makers import TenantAccess, make_live, make_source, make_spec, mcp_session


async def call(session: Any, tool: str, /, **arguments: Any) -> dict[str, Any]:
    answer = await session.call_tool(tool, arguments)
    assert answer.structured_content is not None, answer
    return answer.structured_content


async def proposed(session: Any, name: str = "add_numbers", **changes: Any) -> dict[str, Any]:
    return await call(session, "propose_tool", spec=make_spec(name, **changes), source=make_source(name))


async def key(tenant: TenantAccess, *scopes: str) -> str:
    """Another actor of the same person."""
    asked = {"name": "other", "scopes": list(scopes)}
    answer = await tenant.person.post(f"/tenants/{tenant.slug}/api-keys", json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


async def test_a_spec_that_was_shown_can_be_sent_back_as_it_is(tenant: TenantAccess) -> None:
    other = await key(tenant, "tools:author")
    async with mcp_session(tenant) as session:
        await proposed(session)
        own = (await call(session, "get_version", name="add_numbers"))["spec"]
        assert own["holdouts"] == make_spec()["holdouts"]
    async with mcp_session(tenant, other) as session:
        shown = (await call(session, "get_version", name="add_numbers"))["spec"]
        assert "result" not in shown["holdouts"][0]
        source = make_source().replace("a + b", "b + a")
        revised = await call(session, "revise_tool", name="add_numbers", spec=shown, source=source)
    assert (revised["number"], revised["state"]) == (2, "awaiting_approval"), revised
    kept = (await tenant.person.get(f"/tenants/{tenant.slug}/tools/add_numbers/versions/2")).json()["spec"]
    assert kept["holdouts"] == make_spec()["holdouts"]


async def test_a_hold_out_that_was_never_there_is_not_given_an_answer(tenant: TenantAccess) -> None:
    other = await key(tenant, "tools:author")
    async with mcp_session(tenant) as session:
        await proposed(session)
    async with mcp_session(tenant, other) as session:
        shown = (await call(session, "get_version", name="add_numbers"))["spec"]
        shown["holdouts"][0]["arguments"]["a"] = 21
        refused = await call(session, "revise_tool", name="add_numbers", spec=shown, source=make_source())
    assert refused["code"] == "invalid"
    assert refused["details"]["problems"][0]["path"] == "/holdouts/0"


async def test_the_same_again_is_answered_with_the_version_it_is(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        first = await proposed(session)
        again = await call(session, "revise_tool", name="add_numbers", source=make_source())
        whole = await call(session, "revise_tool", name="add_numbers", source=make_source(), spec=make_spec())
        other = await call(
            session, "revise_tool", name="add_numbers", source=make_source(), spec=make_spec(title="Sums")
        )
    for told in (again, whole):
        assert (told["number"], told["digest"]) == (1, first["digest"])
        assert told["warnings"][0]["code"] == "same_version"
    assert other["number"] == 2
    assert other["warnings"] == []


async def test_what_was_rejected_can_be_sent_again(tenant: TenantAccess) -> None:
    wrong = make_source().replace("a + b", "a - b")
    async with mcp_session(tenant) as session:
        await call(session, "propose_tool", spec=make_spec(), source=wrong)
        again = await call(session, "revise_tool", name="add_numbers", source=wrong)
    assert (again["number"], again["state"]) == (2, "rejected")


async def test_a_version_is_taken_back_by_its_author_and_nobody_approves_it(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        first = await proposed(session)
        told = await call(session, "withdraw_version", name="add_numbers", number=1)
        assert told == {"tool": "add_numbers", "number": 1, "state": "rejected"}
        again = await call(session, "withdraw_version", name="add_numbers", number=1)
        assert again["code"] == "wrong_state"
        missing = await call(session, "withdraw_version", name="add_numbers", number=9)
        assert missing["code"] == "not_found"
    path = f"/tenants/{tenant.slug}/tools/add_numbers/versions/1"
    answer = await tenant.person.post(f"{path}/approve", json={"digest": first["digest"]})
    assert answer.status_code == 409, answer.text
    assert (await tenant.person.get(path)).json()["approval"]["decision"] == "withdraw"


async def test_nobody_takes_back_what_another_wrote(tenant: TenantAccess) -> None:
    other = await key(tenant, "tools:author")
    async with mcp_session(tenant) as session:
        await proposed(session)
    async with mcp_session(tenant, other) as session:
        refused = await call(session, "withdraw_version", name="add_numbers", number=1)
        assert refused["code"] == "not_allowed"
        listed = await call(session, "list_versions", name="add_numbers")
    assert [(one["state"], one["is_yours"]) for one in listed["versions"]] == [("awaiting_approval", False)]


async def test_what_is_live_is_not_taken_back(tenant: TenantAccess) -> None:
    await make_live(tenant)
    async with mcp_session(tenant) as session:
        refused = await call(session, "withdraw_version", name="add_numbers", number=1)
    assert refused["code"] == "wrong_state"


async def test_versions_are_listed_the_newest_first(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        await proposed(session)
        await call(session, "revise_tool", name="add_numbers", source=make_source().replace("a + b", "a - b"))
        listed = await call(session, "list_versions", name="add_numbers")
        missing = await call(session, "list_versions", name="subtract")
    assert [(one["number"], one["state"]) for one in listed["versions"]] == [(2, "rejected"), (1, "awaiting_approval")]
    assert listed["versions"][0]["errors"] > 0
    assert missing["code"] == "not_found"


async def test_a_second_author_finds_what_waits_before_writing_it_again(tenant: TenantAccess) -> None:
    async with mcp_session(tenant) as session:
        await proposed(session)
        found = await call(session, "search_tools", query="add two numbers")
        every = await call(session, "search_tools", query="")
        described = await call(session, "describe_tool", name="add_numbers")
    (waits,) = found["not_live"]
    assert (waits["name"], waits["version"], waits["state"]) == ("add_numbers", 1, "awaiting_approval")
    assert every["not_live"] == found["not_live"]
    assert described["message"] == "add_numbers cannot be called yet: its last version, 1, is awaiting approval."


async def test_whoever_only_calls_tools_hears_nothing_of_what_waits(tenant: TenantAccess) -> None:
    caller = await key(tenant, "tools:call")
    async with mcp_session(tenant) as session:
        await proposed(session)
    async with mcp_session(tenant, caller) as session:
        found = await call(session, "search_tools", query="add two numbers")
        described = await call(session, "describe_tool", name="add_numbers")
    assert found == {"tools": []}
    assert "awaiting" not in described["message"]
