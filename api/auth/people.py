"""People at their browsers: who is behind a session's cookie."""

from dataclasses import dataclass

from tenants.base.db import Database
from tenants.models import User, UserSession
from tenants.people import accounts
from tenants.rights.access import Actor
from tenants.sign_in import sessions


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser session, whose secret is `token`."""

    user: User
    token: str
    session: UserSession

    @property
    def only(self) -> str | None:
        """The one tenant that the session reaches, when an identity provider opened it."""
        return self.session.only_tenant_id

    @property
    def second_factor(self) -> bool:
        return self.session.second_factor_at is not None

    async def actor(self, database: Database, slug: str) -> Actor:
        """The person as a member of a tenant. Raises NotFoundError when they are none."""
        return await accounts.actor_for(database, self.user, slug, self.only, second_factor=self.second_factor)


async def find(database: Database, token: str | None) -> Person | None:
    """The person whose session has this secret; None when there is none, or it has ended."""
    if not token:
        return None
    found = await sessions.find_user(database, token)
    return None if found is None else Person(found[1], token, found[0])
