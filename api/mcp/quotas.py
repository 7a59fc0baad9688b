"""How much one client and one tenant may ask at once, and in a second. Counted in this process."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from tenants.access import Actor
from tenants.errors import OverQuotaError

_BUCKETS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """`per_second` on average, `burst` at once, `concurrent` calls under way."""

    per_second: float
    burst: float
    concurrent: int


PER_CLIENT = Quota(per_second=1_000, burst=2_000, concurrent=64)
PER_TENANT = Quota(per_second=2_000, burst=4_000, concurrent=256)


class _Bucket:
    __slots__ = ("at", "left", "running")

    def __init__(self, quota: Quota, moment: float) -> None:
        self.left, self.at, self.running = quota.burst, moment, 0


class Quotas:
    """Admits calls. Each is counted for its client and for its tenant."""

    def __init__(self, client: Quota = PER_CLIENT, tenant: Quota = PER_TENANT) -> None:
        self._client = client
        self._tenant = tenant
        self._buckets: dict[str, _Bucket] = {}

    @contextmanager
    def admitted(self, actor: Actor) -> Generator[None]:
        """Hold a place for one call. Raises OverQuotaError, which says when to come again."""
        moment = time.monotonic()
        tenant = self._bucket(actor.tenant_id, self._tenant, moment)
        client = self._bucket(f"{actor.tenant_id} {actor.id}", self._client, moment)
        _demand(tenant, self._tenant, "This tenant")
        _demand(client, self._client, "This client")
        for bucket in (tenant, client):
            bucket.left -= 1
            bucket.running += 1
        try:
            yield
        finally:
            tenant.running -= 1
            client.running -= 1

    def _bucket(self, key: str, quota: Quota, moment: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            self._forget_idle()
            bucket = self._buckets[key] = _Bucket(quota, moment)
        bucket.left = min(quota.burst, bucket.left + (moment - bucket.at) * quota.per_second)
        bucket.at = moment
        return bucket

    def _forget_idle(self) -> None:
        if len(self._buckets) >= _BUCKETS_MAX:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.running}


def _demand(bucket: _Bucket, quota: Quota, who: str) -> None:
    if bucket.running >= quota.concurrent:
        message = f"{who} has {quota.concurrent} calls under way, which is all it may have."
        raise OverQuotaError(message, retry_after_s=1, hint="Wait for one to end.")
    if bucket.left < 1:
        wait = max(1, round((1 - bucket.left) / quota.per_second))
        message = f"{who} calls more often than {quota.per_second:g} times a second."
        raise OverQuotaError(message, retry_after_s=wait, hint=f"Come again in {wait} s.")
