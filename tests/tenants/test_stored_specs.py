"""What was stored before it was looked at as closely as today is not trusted for being there."""

from typing import Any

import pytest
from sqlalchemy import update

from tenants.base import canonical
from tenants.base.errors import NotFoundError
from tenants.catalog import catalog
from tenants.confinement.reading import Reader
from tenants.models import Tool, Version
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.schemas import json_schemas
from tenants.tools import reviews, specs
from tests.tenants.people import SOURCE, Person, publish


def levels(many: int) -> dict[str, Any]:
    """Each level is one of two that are the same: the work doubles with every one."""
    defs: dict[str, Any] = {f"a{at}": {"anyOf": [{"$ref": f"#/$defs/a{at + 1}"}] * 2} for at in range(many)}
    return {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/a0"}},
        "$defs": {**defs, f"a{many}": {"type": "null"}},
    }


def of(pattern: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}}


UNTAKEN: dict[str, dict[str, Any]] = {
    "that branches": levels(18),
    "that branches more": levels(40),
    "with a pattern that goes back": of("(?=.*b)(a|a)*c"),
    "with a pattern that looks behind": of("(?<=a)b"),
    "with a pattern that remembers": of(r"(a)\1"),
    "with a pattern that repeats": of("(a{500}){500}"),
    "that reaches out": {"type": "object", "properties": {"x": {"$ref": "https://evil.example/schema.json"}}},
    "that reads a file": {"type": "object", "properties": {"x": {"$ref": "file:///etc/passwd"}}},
    "that is none": {"type": "object", "properties": {"x": {"type": "nothing"}}},
    "with a pattern that is none": of("(("),
}


@pytest.mark.parametrize("what", UNTAKEN)
def test_the_server_makes_nothing_of_a_schema_that_would_not_be_taken_today(what: str) -> None:
    assert json_schemas.admitted(canonical.text(UNTAKEN[what])) is None


@pytest.mark.parametrize("what", ["that branches", "with a pattern that goes back"])
async def test_it_is_held_against_values_where_that_holds_nobody_up(what: str) -> None:
    async with Reader.open() as reader:
        assert await reader.misfits("t", canonical.text(UNTAKEN[what]), '{"x":1}', {"x": 1})
        assert reader.confinement.process_id is not None


UNREADABLE: dict[str, dict[str, Any]] = {
    "a permit of stars": {"kv": ["tool/" + "*a" * 40 + "b"]},
    "a permit without an end": {"kv": ["tool/" + "a" * 20_000]},
    "too many permits": {"kv": [f"tool/{n}" for n in range(2_000)]},
    "a capability that is gone": {"shell": ["anything"]},
    "no list": {"http": "GET https://a.example/*"},
    "a method that is none": {"http": ["ANY https://a.example/*"]},
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_a_version_whose_grant_cannot_be_read_today_is_not_served_and_the_others_are(
    runtime: Runtime, owner: Person, what: str
) -> None:
    await publish(runtime, owner.actor)
    other = await publish(
        runtime, owner.actor, SOURCE.replace("add_numbers", "sum_numbers"), name="sum_numbers", description="Sums two."
    )
    async with runtime.database.unit(owner.actor.tenant_id) as session:
        stored = await session.get_one(Version, other.id)
        stored.spec = {**stored.spec, "capabilities": UNREADABLE[what]}
        await session.execute(update(Tool).where(Tool.name == "sum_numbers").values(spec=stored.spec))
        tenant = owner.actor.tenant_id
        await specs.changed(session, tenant)
    live = await catalog.live(runtime.database, tenant)
    assert set(live.tools) == {"add_numbers"}
    assert (await runs.call(runtime, owner.actor, "add_numbers", {"a": 1, "b": 2})).run.outcome == "returned"
    with pytest.raises(NotFoundError, match="sum_numbers is not served: This version's spec says what is not taken"):
        await runs.call(runtime, owner.actor, "sum_numbers", {"a": 1, "b": 2})
    async with runtime.database.reading(tenant) as session:
        may = (await reviews.review(session, await session.get_one(Version, other.id))).authority
    assert "is not taken any more" in may.grant["sentences"][0]
