"""Webhooks that are tried out, told of other things, at another place, paused, and signed with a new key."""

import json
from typing import Any

import pytest
from standardwebhooks import Webhook as Reference
from standardwebhooks.webhooks import WebhookVerificationError

from tenants.base.errors import InvalidError, NotFoundError
from tenants.notifications import webhooks
from tenants.runs import runs
from tests.tenants.test_webhooks import Receiver, Scene, receiver, scene

__all__ = ["receiver", "scene"]


async def change(scene: Scene, **changes: Any) -> None:
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        await webhooks.change(session, scene.messenger.vault, scene.actor, scene.webhook.id, changes)


async def probe(scene: Scene) -> None:
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        await webhooks.probe(session, scene.actor, scene.webhook.id)


async def tell(scene: Scene) -> None:
    await scene.messenger.collect()
    while await scene.messenger.deliver():
        pass


async def test_a_trial_is_signed_and_kept_as_what_happens_is(scene: Scene, receiver: Receiver) -> None:
    await probe(scene)
    delivery = await scene.told()
    assert (delivery.kind, delivery.state, delivery.last_status) == ("webhook.test", "delivered", 204)
    ((headers, body),) = receiver.heard
    assert Reference(scene.key).verify(body, headers)["data"]["webhook"] == scene.webhook.id


async def test_a_paused_one_is_told_nothing_and_of_nothing_that_was_in_between(
    scene: Scene, receiver: Receiver
) -> None:
    await change(scene, active=False)
    await runs.call(scene.runtime, scene.actor, "work", {})
    await tell(scene)
    assert receiver.heard == []
    # A trial is for whoever sets it up, paused or not.
    await probe(scene)
    await tell(scene)
    assert [json.loads(body)["type"] for _, body in receiver.heard] == ["webhook.test"]


async def test_it_keeps_its_key_at_another_address(scene: Scene, receiver: Receiver) -> None:
    await change(scene, url=f"{receiver.url}?to=elsewhere", events=["version.live"])
    await runs.call(scene.runtime, scene.actor, "work", {})
    await probe(scene)
    await tell(scene)
    ((headers, body),) = receiver.heard
    assert Reference(scene.key).verify(body, headers)["type"] == "webhook.test"


async def test_a_new_key_signs_from_now_on_and_the_old_one_is_worth_nothing(scene: Scene, receiver: Receiver) -> None:
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        _, key = await webhooks.rotate(session, scene.messenger.vault, scene.actor, scene.webhook.id)
    await probe(scene)
    await tell(scene)
    ((headers, body),) = receiver.heard
    assert Reference(key).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Reference(scene.key).verify(body, headers)


@pytest.mark.parametrize(
    "changes",
    [{"url": "ftp://a.example"}, {"url": "https://user@a.example/"}, {"url": "no url"}, {"events": ["webhook.test"]},
     {"events": ["run.finished", "x"]}, {"url": "//a.example"}],
)  # fmt: skip
async def test_what_cannot_work_is_refused_and_changes_nothing(scene: Scene, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        await change(scene, **changes)
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        with pytest.raises(NotFoundError):
            await webhooks.rotate(session, scene.messenger.vault, scene.actor, "whk_none")
        (kept,) = await webhooks.list_all(session, scene.actor)
    assert (kept.url, kept.events, kept.active) == (scene.webhook.url, ["run.finished"], True)
