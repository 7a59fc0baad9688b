"""From a bearer token to the actor it stands for: API keys and OAuth access tokens."""

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenants import keys
from tenants.access import Actor
from tenants.db import Database
from tenants.errors import NotAuthenticatedError

Verify = Callable[[str, str], Awaitable[Actor]]

# A revoked token stops working within this time: each one is looked up again once it has passed.
FRESH_S = 0.9
_ENTRIES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    until: float


class Bearers:
    """Authenticates tokens for a tenant, remembering each for less than a second.

    `verify(token, slug)` is for OAuth access tokens; API keys are known here.
    """

    def __init__(self, database: Database, verify: Verify | None = None) -> None:
        self._database = database
        self._verify = verify
        self._known: dict[tuple[bytes, str], _Known] = {}

    async def actor(self, token: str, slug: str) -> Actor:
        """Raise NotAuthenticatedError unless `token` is good for this very tenant, now."""
        key = (hashlib.sha256(token.encode()).digest(), slug)
        known = self._known.get(key)
        if known is not None and known.until > time.monotonic():
            return known.actor
        self._known.pop(key, None)
        actor = await self._look_up(token, slug)
        while len(self._known) >= _ENTRIES_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[key] = _Known(actor, time.monotonic() + FRESH_S)
        return actor

    async def _look_up(self, token: str, slug: str) -> Actor:
        if token.startswith("sw_"):
            return await keys.authenticate(self._database, token, slug)
        if self._verify is None:
            raise NotAuthenticatedError("This token is not one of ours.")
        return await self._verify(token, slug)
