"""Small values on both databases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities import kv as values
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.kv import Kv

Call = Callable[..., HostCall]


@pytest.fixture
def kv(database: Database) -> Kv:
    return Kv(database)


@pytest.mark.parametrize("value", [1, 0, "", "täxt", False, [1, {"a": None}], {"b": 2.5}, 10**15])
async def test_a_value_comes_back_as_it_was(kv: Kv, call: Call, bound: Bound, value: Any):
    await kv.set(call("kv.set", key="k", value="before"), bound)
    await kv.set(call("kv.set", key="k", value=value), bound)

    assert await kv.get(call("kv.get", key="k"), bound) == value


async def test_without_a_value_there_is_none(kv: Kv, call: Call, bound: Bound):
    await kv.set(call("kv.set", key="k", value=1), bound)
    await kv.delete(call("kv.delete", key="k"), bound)
    await kv.set(call("kv.set", key="set to none", value=None), bound)
    await kv.delete(call("kv.delete", key="never there"), bound)

    for key in ("k", "set to none", "never there"):
        assert await kv.get(call("kv.get", key=key), bound) is None


async def test_each_tool_has_its_own_values_and_the_tenants_tools_share_others(kv: Kv, call: Call, bound: Bound):
    neighbour = replace(bound, tool_name="other_tool")
    stranger = replace(bound, tenant_id="tenant_other")
    await kv.set(call("kv.set", key="k", value="own"), bound)
    await kv.set(call("kv.set", key="k", value="shared", scope="tenant"), bound)

    assert await kv.get(call("kv.get", key="k"), neighbour) is None
    assert await kv.get(call("kv.get", key="k", scope="tenant"), neighbour) == "shared"
    assert await kv.get(call("kv.get", key="k", scope="tenant"), stranger) is None


async def test_compare_and_set_changes_only_what_it_expects(kv: Kv, call: Call, bound: Bound):
    def swap(expected: Any, value: Any) -> HostCall:
        return call("kv.compare_and_set", key="k", expected=expected, value=value)

    assert not await kv.compare_and_set(swap("x", 1), bound)
    assert await kv.compare_and_set(swap(None, 1), bound)
    assert not await kv.compare_and_set(swap(None, 2), bound)
    assert not await kv.compare_and_set(swap(True, 2), bound)
    assert await kv.compare_and_set(swap(1, {"a": 1, "b": 2}), bound)
    assert await kv.compare_and_set(swap({"b": 2, "a": 1}, None), bound)
    assert await kv.get(call("kv.get", key="k"), bound) is None


async def test_many_writers_at_once_lose_no_update(kv: Kv, bound: Bound):
    async def increment(number: int) -> None:
        while True:
            get = HostCall(0, "kv", "get", {"key": "n"})
            seen = await kv.get(get, bound)
            swap = HostCall(1, "kv", "compare_and_set", {"key": "n", "expected": seen, "value": (seen or 0) + 1})
            if await kv.compare_and_set(swap, replace(bound, run_id=f"run_{number}")):
                return

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            for number in range(12):
                tasks.start_soon(increment, number)

    assert await kv.get(HostCall(0, "kv", "get", {"key": "n"}), bound) == 12


async def test_what_is_too_much_is_refused(kv: Kv, call: Call, bound: Bound, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(values, "ENTRIES", 2)
    await kv.set(call("kv.set", key="a", value=1), bound)
    await kv.set(call("kv.set", key="b", value=1), bound)

    with pytest.raises(Unable, match="There are 2 values in this scope already") as full:
        await kv.set(call("kv.set", key="c", value=1), bound)
    with pytest.raises(Unable, match="at most 65,536 can be kept"):
        await kv.set(call("kv.set", key="a", value="x" * 65_536), bound)

    assert full.value.fault.code == "over_quota"
    await kv.set(call("kv.set", key="b", value=2), bound)


@pytest.mark.parametrize(
    "payload",
    [
        {"key": "", "value": 1},
        {"key": "k" * 501, "value": 1},
        {"key": "a\0b", "value": 1},
        {"key": 7, "value": 1},
        {"key": "k", "value": 1, "scope": "everybody"},
        {"key": "k", "value": "a\0b"},
        {"key": "k", "value": "\ud800"},
        {"key": "k", "value": float("nan")},
    ],
)
async def test_what_no_database_could_keep_is_refused(kv: Kv, call: Call, bound: Bound, payload: dict[str, Any]):
    with pytest.raises(Unable) as refused:
        await kv.set(call("kv.set", **payload), bound)

    assert refused.value.fault.code == "malformed_request"
