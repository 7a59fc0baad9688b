"""Notices to other systems: Standard Webhooks, signed, tried again for a day, every one of them on record."""

import asyncio
import base64
import hashlib
import hmac
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from sandbox import HostCall
from tenants.base import canonical
from tenants.base.db import now
from tenants.capabilities import Bound, Http, Unable
from tenants.models import Delivery, Notice, Webhook
from tenants.notifications import notices
from tenants.notifications.notices import QUEUE, Tiding
from tenants.rules.rounds import Rounds
from tenants.runtime import Runtime
from tenants.stores.vault import Vault

log = logging.getLogger(__name__)
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
            await self._give_up(delivery)
        finally:
            self.rounds.end(delivery.tenant_id)
            self.runtime.events.ring(_DUE)

    async def _give_up(self, delivery: Delivery) -> None:
        """One that not even can be tried, as its key is lost, is not tried for ever."""
        if delivery.attempts > len(WAITS_S):
            async with self.runtime.database.unit(delivery.tenant_id) as session:
                over = {"state": "given_up", "next_at": None, "last_error": "It could not be attempted."}
                await session.execute(update(Delivery).where(Delivery.id == delivery.id).values(over))

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
