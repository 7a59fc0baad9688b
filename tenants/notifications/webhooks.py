"""Webhooks: where a tenant wants to be told of events, and the log of what was told (deliveries.py tells it)."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import UnsafeUrl, Url
from tenants.base import canonical, ids, pages
from tenants.base.db import now, wake
from tenants.base.errors import InvalidError, NotFoundError
from tenants.models import Delivery, Webhook
from tenants.notifications.event_kinds import KINDS, TEST
from tenants.notifications.notices import QUEUE
from tenants.rights import audience, delegation
from tenants.rights.access import Actor, Permission
from tenants.rules import audit
from tenants.stores.vault import Vault

EVENTS = tuple(KINDS)
_WEBHOOKS_MAX = 50


async def create(
    session: AsyncSession, vault: Vault, actor: Actor, url: str, events: Sequence[str]
) -> tuple[Webhook, str]:
    """Have `url` told of events. Return the webhook and its signing key, which is never shown again."""
    actor.require(Permission.TENANT_MANAGE)
    wanted = sorted(set(events))
    await _check(session, url, wanted)
    # Whoever reads the notices is told what its maker may read, and nothing else.
    await delegation.demand_held(session, actor, [audience.permission_of(event) for event in wanted])
    key = secrets.token_bytes(32)
    number, sealed = await vault.seal(session, actor.tenant_id, key, f"webhook/{url}")
    webhook = Webhook(url=url, events=list[Any](wanted), key_number=number, sealed=sealed, created_by=actor.who())
    session.add(webhook)
    await session.flush()
    await audit.record(session, actor, "webhook.created", webhook.id, url=url, events=wanted)
    return webhook, _written(key)


async def change(
    session: AsyncSession, vault: Vault, actor: Actor, webhook_id: str, changes: Mapping[str, Any]
) -> Webhook:
    """Have a webhook told at another `url`, of other `events`, or `active` or not. Its signing key stays.

    Notices of a pause are not made up for. Raises InvalidError and NotFoundError.
    """
    webhook = await _find(session, actor, webhook_id)
    before = {"url": webhook.url, "events": list(webhook.events), "active": webhook.active}
    url, events = changes.get("url") or webhook.url, sorted(set(changes.get("events") or webhook.events))
    await _check(session, url, events, is_new=False)
    await delegation.demand_held(session, actor, [audience.permission_of(event) for event in events])
    if url != webhook.url:
        # Sealed for its address: a key that is found elsewhere opens nothing.
        context = webhook.seal_context
        key = await vault.open(session, webhook.tenant_id, webhook.key_number, webhook.sealed, context)
        webhook.key_number, webhook.sealed = await vault.seal(session, webhook.tenant_id, key, f"webhook/{url}")
    webhook.url, webhook.events = url, list[Any](events)
    webhook.active = changes.get("active", webhook.active)
    said = {"url": url, "events": events, "active": webhook.active}
    await audit.record(session, actor, "webhook.changed", webhook.id, **said, before=before)
    return webhook


async def rotate(session: AsyncSession, vault: Vault, actor: Actor, webhook_id: str) -> tuple[Webhook, str]:
    """Sign with a new key from now on, which is returned this once; the old one is worth nothing any more."""
    webhook = await _find(session, actor, webhook_id)
    key = secrets.token_bytes(32)
    webhook.key_number, webhook.sealed = await vault.seal(session, webhook.tenant_id, key, webhook.seal_context)
    await audit.record(session, actor, "webhook.key_rotated", webhook.id)
    return webhook, _written(key)


async def probe(session: AsyncSession, actor: Actor, webhook_id: str) -> Delivery:
    """Send a notice of nothing, signed as the others are, tried as they are and kept in the log."""
    webhook = await _find(session, actor, webhook_id)
    data = {"webhook": webhook.id, "by": actor.label}
    body = canonical.plain({"type": TEST, "timestamp": now().isoformat(), "data": data})
    delivery = Delivery(
        webhook_id=webhook.id, kind=TEST, subject=ids.new("tst"), body=body, state="waiting", next_at=now()
    )
    session.add(delivery)
    await session.flush()
    wake(session, QUEUE)
    return delivery


def _written(key: bytes) -> str:
    return f"whsec_{base64.b64encode(key).decode()}"


async def list_all(session: AsyncSession, actor: Actor) -> Sequence[Webhook]:
    actor.require(Permission.TENANT_MANAGE)
    return (await session.scalars(select(Webhook).order_by(Webhook.id.desc()))).all()


async def remove(session: AsyncSession, actor: Actor, webhook_id: str) -> None:
    await session.delete(await _find(session, actor, webhook_id))
    await audit.record(session, actor, "webhook.removed", webhook_id)


async def deliveries(
    session: AsyncSession, actor: Actor, webhook_id: str, cursor: str | None = None, limit: int = 50
) -> pages.Page[Delivery]:
    """The log: every notice, and what came of its last attempt."""
    await _find(session, actor, webhook_id)
    return await pages.page(
        session, select(Delivery).where(Delivery.webhook_id == webhook_id), Delivery.id, cursor, limit
    )


async def redeliver(session: AsyncSession, actor: Actor, webhook_id: str, delivery_id: str) -> Delivery:
    """Send a notice again, with its own id: a receiver that has it already knows. Raises NotFoundError."""
    await _find(session, actor, webhook_id)
    delivery = await session.scalar(
        select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook_id).with_for_update()
    )
    if delivery is None:
        raise NotFoundError(f"There is no delivery {delivery_id} here.")
    delivery.state, delivery.attempts, delivery.next_at = "waiting", 0, now()
    return delivery


async def _find(session: AsyncSession, actor: Actor, webhook_id: str) -> Webhook:
    actor.require(Permission.TENANT_MANAGE)
    webhook = await session.scalar(select(Webhook).where(Webhook.id == webhook_id))
    if webhook is None:
        raise NotFoundError(f"There is no webhook {webhook_id} here.")
    return webhook


async def _check(session: AsyncSession, url: str, events: Sequence[str], *, is_new: bool = True) -> None:
    problems: list[dict[str, str]] = []
    try:
        Url.parse(url)
    except UnsafeUrl as error:
        problems.append({"path": "/url", "message": f"This URL cannot be called: {error}."})
    strange = [event for event in events if event not in EVENTS]
    if not events or strange:
        said = f"There is no event {strange[0]!r}. " if strange else ""
        problems.append({"path": "/events", "message": f"{said}Choose from {', '.join(EVENTS)}."})
    if is_new and len((await session.scalars(select(Webhook.id))).all()) >= _WEBHOOKS_MAX:
        problems.append({"path": "/url", "message": f"There are {_WEBHOOKS_MAX} webhooks already."})
    if problems:
        raise InvalidError("The webhook is not valid.", problems=problems)
