"""What the OAuth routes share: the database, who we are, and one door into the sync core."""

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.auth import people
from api.auth.cookies import session_name
from api.auth.people import Person
from api.auth.resources import resource_url
from api.edge.throttle import Throttle
from api.names import Names
from api.oauth import grants
from api.oauth.clients.documents import Documents
from api.oauth.openid import OpenId
from api.oauth.server import Server
from api.oauth.signing import Signer
from sandbox import Lru
from tenants.agents import authorizations
from tenants.base.db import Database
from tenants.base.errors import NotAuthenticatedError
from tenants.models import Tenant
from tenants.rights.access import Actor
from tenants.stores.vault import Vault

T = TypeVar("T")
_KNOWN_MAX = 10_000
_CHECK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A token that was checked when its tenant's access had this count."""

    actor: Actor
    access: int
    until: float


class OAuth:
    """The authorization server of one origin. `documents` fetches clients' metadata; `grace`: see rotate.

    `vault` holds what signs tokens and what identity providers know us by.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition has, and what tests put in its place
        self,
        database: Database,
        origin: str,
        vault: Vault,
        documents: Documents | None = None,
        grace: timedelta = authorizations.REFRESH_GRACE,
        registrations: Throttle | None = None,
        names: Names | None = None,
    ) -> None:
        self.database = database
        self.issuer = origin
        self.names = names or Names(origin)
        self.vault = vault
        self.signer = Signer(database, vault.ring)
        self.documents = documents or Documents()
        self.openid = OpenId(self.documents.egress)
        # Beginning a sign-in is open to anybody.
        self.departures = Throttle(often=60, seconds=300.0)
        # So is asking for a device's code, which is kept until it has ended.
        self.devices = Throttle(often=60, seconds=300.0)
        # Wrong client secrets, codes and tokens from one network. They are too long to be guessed; this is the alarm.
        self.guesses = Throttle(often=300, seconds=300.0)
        # Codes that people type for a device are short.
        self.typed = Throttle(often=20, seconds=300.0)
        self.grace = grace
        self.registrations = registrations or Throttle()
        self._known: Lru[bytes, _Known] = Lru(_KNOWN_MAX)

    @contextmanager
    def counting_together(self) -> Generator[None]:
        """Inside the block, what is counted here and in other processes is one count."""
        throttles = {
            "departures": self.departures,
            "devices": self.devices,
            "guesses": self.guesses,
            "typed": self.typed,
            "registrations": self.registrations,
        }
        with ExitStack() as stack:
            for kind, throttle in throttles.items():
                stack.enter_context(throttle.shared(self.database.events, kind))
            yield

    @property
    def cookie_name(self) -> str:
        return session_name(self.issuer)

    def callback(self, slug: str, provider: str) -> str:
        """Where a tenant's identity provider sends people back to: an address of its own, which tells it apart."""
        return f"{self.issuer}/t/{slug}/sign-in/{provider}/callback"

    async def core(self, work: Callable[[Server], T]) -> T:
        """Run `work` on the sync core, in one transaction that is committed whatever OAuth answers.

        Errors are answers too, and what they record (a reused token ends its grant) must last.
        """
        key = await self.signer.ready()

        def inside(session: Session) -> T:
            return work(grants.register(Server(session, self.names, self.signer, key, self.grace)))

        async with self.database.system() as session:
            return await session.run_sync(inside)

    async def person(self, token: str | None) -> Person | None:
        """The person behind a session cookie."""
        return await people.find(self.database, token)

    async def tenant(self, resource: str) -> Tenant | None:
        """The tenant whose MCP endpoint `resource` is, by any of our names."""
        prefix, suffix = resource_url(self.issuer, "\0").split("\0")
        resource = self.names.canonical(resource) or ""
        if not (resource.startswith(prefix) and resource.endswith(suffix)):
            return None
        return await self.tenant_called(resource[len(prefix) : -len(suffix)])

    async def tenant_called(self, slug: str) -> Tenant | None:
        async with self.database.system_reading() as session:
            return await session.scalar(select(Tenant).where(Tenant.slug == slug))

    async def verify(self, token: str, slug: str) -> Actor:
        """The agent behind an access token, for exactly this tenant's endpoint. Raises NotAuthenticatedError.

        A token is checked in full once a minute, and whenever anything about who may do what changed in its tenant.
        """
        hashed = hashlib.sha256(token.encode()).digest()
        known = self._known.get(hashed)
        if known is None or known.until <= time.time() or not await self._stands(known):
            self._known.pop(hashed)
            known = self._known.put(hashed, await self._look_up(token, slug))
        if known.actor.tenant_slug != slug:
            raise NotAuthenticatedError("The access token is for another tenant.")
        return known.actor

    async def _stands(self, known: _Known) -> bool:
        stamp = await self.database.stamp(known.actor.tenant_id)
        return stamp is not None and stamp.access == known.access

    async def _look_up(self, token: str, slug: str) -> _Known:
        claims = await self.signer.claims(token)
        if claims is None:
            raise NotAuthenticatedError("The access token is not one of ours.")
        if claims.get("iss") != self.issuer or claims.get("aud") != resource_url(self.issuer, slug):
            raise NotAuthenticatedError("The access token is for another resource.")
        moment, expires = time.time(), claims.get("exp")
        if not isinstance(expires, int | float) or expires <= moment:
            raise NotAuthenticatedError("The access token has expired.")
        scopes = str(claims.get("scope")).split()
        actor, access = await authorizations.actor_of(self.database, str(claims.get("gid")), scopes)
        return _Known(actor, access, min(expires, moment + _CHECK_EVERY_S))
