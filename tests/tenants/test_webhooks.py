"""Webhooks: signed as Standard Webhooks says, tried until they arrive, never to a private address."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks import Webhook as Reference
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import Pool
from tenants.base.db import Database, now
from tenants.base.errors import InvalidError
from tenants.base.key_ring import Ring
from tenants.capabilities import Http
from tenants.models import Delivery, Schedule, Webhook
from tenants.notifications import webhooks
from tenants.notifications.deliveries import WAITS_S, Messenger
from tenants.rights.access import Actor
from tenants.runs import runs, schedules
from tenants.runtime import Runtime
from tenants.stores.vault import Vault
from tenants.tools import versions
from tenants.tools.version_states import State
from tests.tenants import workshop

TOOL = '''
"""Say hello."""


def work() -> str:
    return "hello"
'''


@dataclass
class Receiver:
    """Another system: it answers with `statuses`, one after the other, the last one for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])

    async def hear(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    async with serve_app(Starlette(routes=[Route("/hook", receiver.hear, methods=["POST"])])) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@dataclass
class Scene:
    runtime: Runtime
    actor: Actor
    messenger: Messenger
    webhook: Webhook
    key: str

    async def told(self) -> Delivery:
        """The one delivery, after what is due has been attempted."""
        await self.messenger.collect()
        await self.messenger.deliver()
        async with self.runtime.database.reading(self.actor.tenant_id) as session:
            (delivery,) = (await webhooks.deliveries(session, self.actor, self.webhook.id)).items
        return delivery

    async def time_passes(self) -> None:
        async with self.runtime.database.system() as session:
            await session.execute(update(Delivery).where(Delivery.state == "waiting").values(next_at=now()))


@pytest.fixture
async def scene(database: Database, pool: Pool, receiver: Receiver) -> AsyncGenerator[Scene]:
    actor = await workshop.make_tenant(database)
    vault = Vault(database, Ring({"k1": bytes(32)}))
    runtime = Runtime(database=database, pool=pool, image=pool.image, effects=workshop.World(), vault=vault)
    await workshop.make_tool(runtime, actor, TOOL)
    async with database.unit(actor.tenant_id) as session:
        webhook, key = await webhooks.create(session, vault, actor, receiver.url, ["run.finished"])
    http = Http()
    place = frozenset({receiver.url.removeprefix("http://").removesuffix("/hook")})
    yield Scene(runtime, actor, Messenger(runtime, vault, http, place), webhook, key)
    await runtime.close()
    await http.close()


async def test_a_finished_run_is_told_once_and_verifies_with_the_reference_library(
    scene: Scene, receiver: Receiver
) -> None:
    run = (await runs.call(scene.runtime, scene.actor, "work", {})).run
    delivery = await scene.told()
    assert (delivery.state, delivery.last_status, delivery.attempts) == ("delivered", 204, 1)
    await scene.told()
    ((headers, body),) = receiver.heard
    said = Reference(scene.key).verify(body, headers)
    assert said == json.loads(body)
    assert said["data"] == {"id": run.id, "tool": "work", "version": 1, "outcome": "returned", "error": None}
    assert headers["webhook-id"] == delivery.id


async def test_a_receiver_that_fails_is_tried_again_later_and_then_given_up(scene: Scene, receiver: Receiver) -> None:
    receiver.statuses = [500]
    await runs.call(scene.runtime, scene.actor, "work", {})
    for attempt in range(1, len(WAITS_S) + 1):
        delivery = await scene.told()
        assert (delivery.state, delivery.attempts, delivery.last_error) == ("waiting", attempt, "answered 500")
        assert delivery.next_at is not None
        assert delivery.next_at > now()
        await scene.time_passes()
    delivery = await scene.told()
    assert delivery.state == "given_up"
    receiver.statuses = [204]
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        await webhooks.redeliver(session, scene.actor, scene.webhook.id, delivery.id)
    assert (await scene.told()).state == "delivered"
    assert {headers["webhook-id"] for headers, _ in receiver.heard} == {delivery.id}


async def test_a_receiver_that_is_gone_gets_no_more(scene: Scene, receiver: Receiver) -> None:
    receiver.statuses = [410]
    await runs.call(scene.runtime, scene.actor, "work", {})
    assert (await scene.told()).state == "given_up"
    await runs.call(scene.runtime, scene.actor, "work", {})
    await scene.told()
    assert len(receiver.heard) == 1


async def test_a_private_address_is_refused_before_a_byte_leaves(scene: Scene, receiver: Receiver) -> None:
    closed = Messenger(scene.runtime, scene.messenger.vault, scene.messenger.http)
    await runs.call(scene.runtime, scene.actor, "work", {})
    await closed.collect()
    await closed.deliver()
    await scene.messenger.collect()
    async with scene.runtime.database.reading(scene.actor.tenant_id) as session:
        (delivery,) = (await webhooks.deliveries(session, scene.actor, scene.webhook.id)).items
    assert delivery.state == "waiting"
    assert delivery.last_status is None
    assert receiver.heard == []


async def test_a_webhook_that_cannot_work_is_refused(scene: Scene) -> None:
    for url, events in (("ftp://a.example", ["run.finished"]), ("https://a.example", []), ("https://a.example", ["x"])):
        with pytest.raises(InvalidError):
            async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
                await webhooks.create(session, scene.messenger.vault, scene.actor, url, events)


async def subscribed(scene: Scene, receiver: Receiver, *kinds: str) -> Webhook:
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        webhook, _ = await webhooks.create(session, scene.messenger.vault, scene.actor, receiver.url, kinds)
    return webhook


async def heard(scene: Scene, receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    await scene.messenger.collect()
    await scene.messenger.collect()  # twice: each is told once
    while await scene.messenger.deliver():
        pass
    said = [json.loads(body) for _, body in receiver.heard]
    return [(one["type"], one["data"]) for one in said]


async def test_decisions_about_versions_secrets_and_schedules_are_told_by_kind(
    scene: Scene, receiver: Receiver
) -> None:
    kinds = sorted(set(webhooks.EVENTS) - {"run.finished", "version.approved"})
    await subscribed(scene, receiver, *kinds)
    tenant = scene.actor.tenant_id
    schedule = Schedule(
        tool_name="gone", arguments={}, cron="* * * * *", zone="UTC", missed="skip", next_at=now(),
        created_by=scene.actor.who(),
    )  # fmt: skip
    late = Schedule(
        tool_name="work", arguments={}, cron="* * * * *", zone="UTC", missed="skip",
        next_at=now() - timedelta(days=1), created_by=scene.actor.who(),
    )  # fmt: skip
    async with scene.runtime.database.unit(tenant) as session:
        await scene.messenger.vault.put(session, scene.actor, "crm_key", "s3cret-word", ["crm.example"])
        session.add_all([schedule, late])
        version = await versions.find(session, "work", 1)
        version.state = State.CHECKING.value
        versions.move(session, version, State.AWAITING_APPROVAL)
        versions.move(session, version, State.LIVE)
    await schedules.call_due(scene.runtime)

    said = await heard(scene, receiver)

    told = dict(said)
    assert len(said) == len(told)
    assert set(told) == {
        "secret.changed",
        "version.awaiting_approval",
        "version.live",
        "schedule.missed",
        "schedule.failed",
    }
    assert (told["secret.changed"]["subject"], told["secret.changed"]["change"]) == ("crm_key", "stored")
    assert told["version.live"] == {"tool": "work", "version": 1, "state": "live", "digest": version.digest}
    assert told["schedule.missed"]["tool"] == "work"
    assert "gone" in told["schedule.failed"]["error"]
    assert "s3cret-word" not in json.dumps(said)


async def test_an_unknown_kind_is_refused_with_those_there_are(scene: Scene, receiver: Receiver) -> None:
    with pytest.raises(InvalidError) as refused:
        await subscribed(scene, receiver, "run.finished", "run.exploded")

    said = str(refused.value.details["problems"])
    assert "There is no event 'run.exploded'. Choose from run.finished, run.uncertain, " in said
