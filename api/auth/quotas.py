"""Holds each client and each tenant to its allowance, over all processes: no call waits for a shared count."""

import math
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from tenants.base.db import Database
from tenants.base.errors import OverQuotaError
from tenants.base.lookups import Lookups
from tenants.rights.access import Actor
from tenants.rules import quotas
from tenants.rules.quotas import Allowance
from tenants.rules.tallies import Tallies, Tally

# How long a policy's old limits may go on.
_LOOK_EVERY_S = 5.0


class Quotas:
    """Admits requests. Each is counted for its client and for its tenant. `fixed` takes the place of policies."""

    def __init__(self, fixed: Allowance | None = None) -> None:
        self._fixed = fixed
        self._known = Lookups[Allowance](_LOOK_EVERY_S)
        # This process alone, until it is opened with those that others hear of.
        self.tallies = Tallies("")

    async def allowance(self, database: Database, tenant_id: str) -> Allowance:
        """What the tenant's policy allows, read again every few seconds."""
        if self._fixed is not None:
            return self._fixed
        return await self._known.look(tenant_id, lambda: quotas.read_allowance(database, tenant_id))

    def count(self, actor: Actor, allowance: Allowance) -> tuple[Tally, Tally]:
        """Count one request. Raises OverQuotaError, which says when to come again."""
        moment = monotonic()
        tenant, client = self.tallies.of(actor.tenant_id), self.tallies.of(actor.tenant_id, actor.id)
        tenant_left = _refilled(tenant, allowance.calls_per_minute, moment)
        client_left = _refilled(client, allowance.client_calls_per_minute, moment)
        _demand_rate(tenant_left, allowance.calls_per_minute, "This tenant")
        _demand_rate(client_left, allowance.client_calls_per_minute, "This client")
        tenant.left, client.left = tenant_left - 1, client_left - 1
        tenant.asked += 1
        client.asked += 1
        return tenant, client

    @contextmanager
    def admitted(self, actor: Actor, allowance: Allowance) -> Generator[None]:
        """Count one call and hold a place for it. Raises OverQuotaError."""
        tenant, client = self.count(actor, allowance)
        _demand_place(tenant, allowance.runs_at_once, "This tenant")
        _demand_place(client, allowance.client_runs_at_once, "This client")
        for tally in (tenant, client):
            tally.running += 1
        try:
            yield
        finally:
            tenant.running -= 1
            client.running -= 1


def _refilled(tally: Tally, per_minute: int, moment: float) -> float:
    """What is left of a rate now: a sixth of a minute's at most, and as little as that below nothing."""
    most = max(1.0, per_minute / 6)
    left = most if tally.left is None else tally.left + (moment - tally.at) * per_minute / 60
    tally.left, tally.at, tally.most_asked = min(most, max(-most, left)), moment, per_minute / 60
    return tally.left


def _demand_rate(left: float, per_minute: int, who: str) -> None:
    if left < 1:
        wait = max(1, math.ceil((1 - left) * 60 / per_minute))
        message = f"{who} calls more often than {per_minute:,} times a minute."
        raise OverQuotaError(message, retry_after_s=wait, hint=f"Come again in {wait} s.")


def _demand_place(tally: Tally, at_once: int, who: str) -> None:
    tally.most_running = at_once
    if tally.running + tally.running_elsewhere >= at_once:
        message = f"{who} has {at_once:,} calls under way, which is all it may have."
        raise OverQuotaError(message, retry_after_s=1, hint="Wait for one to end.")
