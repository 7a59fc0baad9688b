"""Holds each client and each tenant to its allowance. Counted in this process: no call waits for a shared count."""

import math
import time
from collections.abc import Generator
from contextlib import contextmanager

from tenants.base.db import Database
from tenants.base.errors import OverQuotaError
from tenants.base.lookups import Lookups
from tenants.rights.access import Actor
from tenants.rules import quotas
from tenants.rules.quotas import Allowance

# How long a policy's old limits may go on.
_LOOK_EVERY_S = 5.0
_KNOWN_MAX = 10_000


class _Bucket:
    """What is left of a rate, and how many runs are under way."""

    __slots__ = ("at", "left", "running")

    def __init__(self, left: float, moment: float) -> None:
        self.left, self.at, self.running = left, moment, 0


class Quotas:
    """Admits requests. Each is counted for its client and for its tenant. `fixed` takes the place of policies."""

    def __init__(self, fixed: Allowance | None = None) -> None:
        self._fixed = fixed
        self._known = Lookups[Allowance](_LOOK_EVERY_S)
        self._buckets: dict[str, _Bucket] = {}

    async def allowance(self, database: Database, tenant_id: str) -> Allowance:
        """What the tenant's policy allows, read again every few seconds."""
        if self._fixed is not None:
            return self._fixed
        return await self._known.look(tenant_id, lambda: quotas.read_allowance(database, tenant_id))

    def count(self, actor: Actor, allowance: Allowance) -> tuple[_Bucket, _Bucket]:
        """Count one request. Raises OverQuotaError, which says when to come again."""
        moment = time.monotonic()
        client_key = f"{actor.tenant_id} {actor.id}"
        tenant = self._bucket(actor.tenant_id, allowance.calls_per_minute, moment)
        client = self._bucket(client_key, allowance.client_calls_per_minute, moment)
        _demand_rate(tenant, allowance.calls_per_minute, "This tenant")
        _demand_rate(client, allowance.client_calls_per_minute, "This client")
        tenant.left -= 1
        client.left -= 1
        return tenant, client

    @contextmanager
    def admitted(self, actor: Actor, allowance: Allowance) -> Generator[None]:
        """Count one call and hold a place for it. Raises OverQuotaError."""
        tenant, client = self.count(actor, allowance)
        _demand_place(tenant, allowance.runs_at_once, "This tenant")
        _demand_place(client, allowance.client_runs_at_once, "This client")
        for bucket in (tenant, client):
            bucket.running += 1
        try:
            yield
        finally:
            tenant.running -= 1
            client.running -= 1

    def _bucket(self, key: str, per_minute: int, moment: float) -> _Bucket:
        bucket, most = self._buckets.get(key), max(1.0, per_minute / 6)
        if bucket is None:
            self._forget_idle()
            bucket = self._buckets[key] = _Bucket(most, moment)
        bucket.left = min(most, bucket.left + (moment - bucket.at) * per_minute / 60)
        bucket.at = moment
        return bucket

    def _forget_idle(self) -> None:
        if len(self._buckets) >= _KNOWN_MAX:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.running}


def _demand_rate(bucket: _Bucket, per_minute: int, who: str) -> None:
    if bucket.left < 1:
        wait = max(1, math.ceil((1 - bucket.left) * 60 / per_minute))
        message = f"{who} calls more often than {per_minute:,} times a minute."
        raise OverQuotaError(message, retry_after_s=wait, hint=f"Come again in {wait} s.")


def _demand_place(bucket: _Bucket, at_once: int, who: str) -> None:
    if bucket.running >= at_once:
        message = f"{who} has {at_once:,} calls under way, which is all it may have."
        raise OverQuotaError(message, retry_after_s=1, hint="Wait for one to end.")
