"""Real clients that the tests install anyway: the whole of `./dev clients` but the wait of half a minute."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox import Image
from tests.clients import hard_tools, runner
from tests.clients.defects import DEFECTS
from tests.clients.runner import LIGHT, Client
from tests.makers import TenantAccess

Tenants = tuple[TenantAccess, TenantAccess]
pytestmark = pytest.mark.skipif(
    not (runner.HERE / "node_modules/mcp-remote").exists(), reason="npm ci in tests/clients first (./dev test does)"
)


@pytest.fixture(scope="module")
async def tenants(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Tenants]:
    del image  # built, so that no server has to
    async with hard_tools.serving(tmp_path_factory.mktemp("clients")) as both:
        yield both


@pytest.mark.parametrize("client", LIGHT, ids=lambda client: client.name)
async def test_a_light_client_is_right_at_every_step(client: Client, tenants: Tenants, tmp_path: Path) -> None:
    seen = await runner.take(client, tenants[0], runner.steps_of(client, with_nap=False), tmp_path)
    wrong = runner.wrong(client, seen, with_nap=False)
    assert {step: why for step, why in wrong.items() if (client.folder, step) not in DEFECTS} == {}
    assert seen.version != "?"


def test_a_client_that_shows_nothing_is_wrong_at_every_step() -> None:
    for client in LIGHT:
        seen = runner.read('a line of a library\n{"step": "session", "thrown": "Error: closed"}\n', "")
        asked = [one["step"] for one in runner.steps_of(client, with_nap=True)]
        assert list(runner.wrong(client, seen, with_nap=True)) == asked


def test_every_heavy_client_is_locked_by_hash() -> None:
    heavy = [client for client in runner.CLIENTS if not client.is_light]
    assert heavy
    for client in heavy:
        lock = client.home / ("requirements.txt" if client.is_python else "package-lock.json")
        assert ("--hash=sha256:" if client.is_python else '"integrity": "sha512-') in lock.read_text(), client.name
