"""Notices to other systems: Standard Webhooks, signed, tried again for a day, every one of them on record."""

import asyncio
import base64
import hashlib
import hmac
import logging
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import HostCall, UnsafeUrl, Url
from tenants.base import canonical, pages
from tenants.base.db import now
from tenants.base.errors import InvalidError, NotFoundError
from tenants.base.rounds import Rounds
from tenants.capabilities import Bound, Http, Unable
from tenants.models import Delivery, Notice, Webhook
from tenants.notifications import notices
from tenants.notifications.notices import KINDS, QUEUE, Tiding
from tenants.rights import audience, delegation
from tenants.rights.access import Actor, Permission
from tenants.rules import audit
from tenants.runtime import Runtime
from tenants.stores.vault import Vault

log = logging.getLogger(__name__)
EVENTS = tuple(KINDS)
LOOK_EVERY_S = 2.0
# How long to wait before each further attempt.
WAITS_S = (5, 30, 120, 600, 3_600, 21_600, 43_200)
# What is looked back over when a process starts, and for a commit that became visible late.
_LOOK_BACK, _OVERLAP = timedelta(hours=24), timedelta(minutes=1)
_HELD = timedelta(minutes=2)  # a delivery under way is nobody else's for so long
_DUE = "deliveries"
# Attempts under way in one process. One tenant has half of them at most, and each receiver may take 15 s to answer.
_AT_ONCE = 20
# How many deliveries are written down for one webhook at a time: so long its tenant has the database's one writer.
_COLLECTED_MAX = 100
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
    return webhook, f"whsec_{base64.b64encode(key).decode()}"


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


@dataclass
class Messenger:
    """Finds what webhooks are to be told, and tells them. `http` refuses private addresses, as for tools."""

    runtime: Runtime
    vault: Vault
    http: Http
    internal_hosts: frozenset[str] = frozenset()
    rounds: Rounds = field(default_factory=lambda: Rounds(_AT_ONCE))
    # Webhooks with more to be told than was collected, and since when.
    _behind: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _seen_to: datetime = field(default_factory=lambda: now() - _LOOK_BACK)
    _cleared_at: datetime = field(default_factory=lambda: now() - 2 * _LOOK_BACK)

    async def work(self) -> None:
        """Go on until cancelled: what is to be told is found by one, and told by another."""
        await asyncio.gather(self._collecting(), self._delivering())

    async def _collecting(self) -> None:
        while True:
            try:
                await self.collect()
            except Exception:
                log.exception("finding what webhooks are to be told stumbled")
            self.runtime.events.ring(_DUE)
            await self.runtime.events.sleep(QUEUE, 0 if self._behind else LOOK_EVERY_S)

    async def _delivering(self) -> None:
        while True:
            try:
                await self.begin()
            except Exception:
                log.exception("telling webhooks stumbled")
            await self.runtime.events.sleep(_DUE, LOOK_EVERY_S)

    async def collect(self) -> None:
        """Write down one delivery for each event and webhook that wants it. Doing so twice changes nothing.

        Of each webhook so many at a time, the first webhook of each tenant, then the second: the rest comes next.
        """
        since, moment = self._seen_to, now()
        async with self.runtime.database.system_reading() as session:
            nth = func.row_number().over(partition_by=Webhook.tenant_id, order_by=Webhook.id)
            wanted = select(Webhook).where(Webhook.active.is_(True)).order_by(nth, Webhook.id)
            webhooks = (await session.scalars(wanted)).all()
        self._behind = {webhook.id: self._behind[webhook.id] for webhook in webhooks if webhook.id in self._behind}
        for webhook in webhooks:
            await self._collect_for(webhook, self._behind.get(webhook.id, max(since, webhook.created_at)))
        if moment - self._cleared_at > _LOOK_BACK:
            self._cleared_at = moment
            async with self.runtime.database.system() as session:
                await session.execute(delete(Notice).where(Notice.created_at < moment - 2 * _LOOK_BACK))
        self._seen_to = moment - _OVERLAP

    async def _collect_for(self, webhook: Webhook, since: datetime) -> None:
        database = self.runtime.database
        async with database.reading(webhook.tenant_id) as session:
            found = await notices.untold(session, webhook, since)
        if found:
            async with database.unit(webhook.tenant_id) as session:
                # Asked again inside the write: another process may have been faster.
                found = await notices.untold(session, webhook, since)
                session.add_all(_delivery(webhook, tiding) for tiding in found[:_COLLECTED_MAX])
        if len(found) > _COLLECTED_MAX:
            self._behind[webhook.id] = since
        else:
            self._behind.pop(webhook.id, None)

    async def deliver(self) -> int:
        """Attempt what is due and may be begun, and wait for it; return how many that was."""
        begun = await self.begin()
        await asyncio.gather(*begun)
        return len(begun)

    async def begin(self) -> list[asyncio.Task[Any]]:
        """Begin to attempt what is due. Tenants take turns, and none of them waits for another's receiver."""
        taken = await self._claim()
        return [self.runtime.spawn(self._carry(delivery), name=f"tell {delivery.id}") for delivery in taken]

    async def _claim(self) -> Sequence[Delivery]:
        """Take a first due one of each tenant, then a second, and so on; each of them holds a place."""
        database, rounds = self.runtime.database, self.rounds
        nth = func.row_number().over(partition_by=Delivery.tenant_id, order_by=(Delivery.next_at, Delivery.id))
        due = Delivery.state == "waiting", Delivery.next_at <= now()
        async with database.system_reading() as session:
            query = select(Delivery.id, Delivery.tenant_id).where(*due, Delivery.tenant_id.not_in(rounds.full()))
            found = (await session.execute(query.order_by(nth, Delivery.next_at).limit(rounds.free))).all()
        chosen = {delivery_id: tenant_id for delivery_id, tenant_id in found if rounds.begin(tenant_id)}
        if not chosen:
            return []
        taken: Sequence[Delivery] = []
        try:
            await database.learn_content_keys()
            taken = await self._take(list(chosen), due)
        finally:
            for delivery_id in chosen.keys() - {delivery.id for delivery in taken}:
                rounds.end(chosen[delivery_id])
        return taken

    async def _take(self, ids: Sequence[str], due: tuple[ColumnElement[bool], ...]) -> Sequence[Delivery]:
        async with self.runtime.database.system() as session:
            # Asked again inside the write: another process may have been faster.
            wanted = select(Delivery.id).where(Delivery.id.in_(ids), *due).with_for_update(skip_locked=True)
            taken = await session.scalars(
                update(Delivery)
                .where(Delivery.id.in_(wanted))
                .values(next_at=now() + _HELD, attempts=Delivery.attempts + 1)
                .returning(Delivery)
                .execution_options(synchronize_session=False)
            )
            return taken.all()

    async def _carry(self, delivery: Delivery) -> None:
        try:
            await self._attempt(delivery)
        except Exception:
            log.exception("delivery %s could not be attempted", delivery.id)
        finally:
            self.rounds.end(delivery.tenant_id)
            self.runtime.events.ring(_DUE)

    async def _attempt(self, delivery: Delivery) -> None:
        async with self.runtime.database.reading(delivery.tenant_id) as session:
            webhook = await session.get_one(Webhook, delivery.webhook_id)
            key = await self.vault.open(
                session, webhook.tenant_id, webhook.key_number, webhook.sealed, webhook.seal_context
            )
        status, error = await self._send(webhook, delivery, key)
        async with self.runtime.database.unit(delivery.tenant_id) as session:
            row = await session.get_one(Delivery, delivery.id)
            row.last_status, row.last_error = status, error
            if status is not None and 200 <= status < 300:
                row.state, row.delivered_at, row.next_at = "delivered", now(), None
            elif row.attempts > len(WAITS_S) or status == 410:
                row.state, row.next_at = "given_up", None
            else:
                wait = WAITS_S[row.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - so that not all come at once
                row.next_at = now() + timedelta(seconds=wait)
            if status == 410:  # the receiver wants no more, ever
                await session.execute(update(Webhook).where(Webhook.id == webhook.id).values(active=False))

    async def _send(self, webhook: Webhook, delivery: Delivery, key: bytes) -> tuple[int | None, str | None]:
        stamp = str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(key, delivery.id, stamp, delivery.body),
        }
        payload = {
            "method": "POST",
            "url": webhook.url,
            "headers": headers,
            "data": delivery.body,
            "timeout_ms": 15_000,
        }
        bound = Bound(webhook.tenant_id, delivery.id, "webhook", internal_hosts=self.internal_hosts)
        try:
            answer = await self.http.request(HostCall(0, "http", "request", payload), bound)
        except Unable as unable:
            return None, unable.fault.message
        status: int = answer["status"]
        return status, None if 200 <= status < 300 else f"answered {status}"


def signature(key: bytes, message_id: str, stamp: str, body: str) -> str:
    """The `webhook-signature` of Standard Webhooks."""
    digest = hmac.new(key, f"{message_id}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def as_json(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "active": webhook.active,
        "created_by": webhook.created_by,
        "created_at": webhook.created_at.isoformat(),
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event": delivery.kind,
        "subject": delivery.subject,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "created_at": delivery.created_at.isoformat(),
        "delivered_at": delivery.delivered_at.isoformat() if delivery.delivered_at else None,
    }


def _delivery(webhook: Webhook, tiding: Tiding) -> Delivery:
    body = canonical.plain({"type": tiding.kind, "timestamp": tiding.at.isoformat(), "data": tiding.data})
    return Delivery(
        webhook_id=webhook.id,
        kind=tiding.kind,
        subject=tiding.subject,
        body=body,
        state="waiting",
        attempts=0,
        next_at=now(),
    )


async def _find(session: AsyncSession, actor: Actor, webhook_id: str) -> Webhook:
    actor.require(Permission.TENANT_MANAGE)
    webhook = await session.scalar(select(Webhook).where(Webhook.id == webhook_id))
    if webhook is None:
        raise NotFoundError(f"There is no webhook {webhook_id} here.")
    return webhook


async def _check(session: AsyncSession, url: str, events: Sequence[str]) -> None:
    problems: list[dict[str, str]] = []
    try:
        Url.parse(url)
    except UnsafeUrl as error:
        problems.append({"path": "/url", "message": f"This URL cannot be called: {error}."})
    strange = [event for event in events if event not in EVENTS]
    if not events or strange:
        said = f"There is no event {strange[0]!r}. " if strange else ""
        problems.append({"path": "/events", "message": f"{said}Choose from {', '.join(EVENTS)}."})
    if len((await session.scalars(select(Webhook.id))).all()) >= _WEBHOOKS_MAX:
        problems.append({"path": "/url", "message": f"There are {_WEBHOOKS_MAX} webhooks already."})
    if problems:
        raise InvalidError("The webhook is not valid.", problems=problems)
