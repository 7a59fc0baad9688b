"""From a bearer token to the actor it stands for: API keys and OAuth access tokens."""

from collections.abc import Awaitable, Callable

from tenants.agents import api_keys
from tenants.base.db import Database
from tenants.base.errors import NotAuthenticatedError
from tenants.rights.access import Actor

Verify = Callable[[str, str], Awaitable[Actor]]
KEY_PREFIX = "sw_"


def token_in(authorization: str | None) -> str | None:
    """The token of an Authorization header, perhaps empty; None when there is no bearer in it."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def authenticate(database: Database, verify: Verify | None, token: str, slug: str) -> Actor:
    """Return who `token` stands for in this very tenant, now. Raises NotAuthenticatedError.

    `verify(token, slug)` is for OAuth access tokens. Both kinds are remembered until their tenant's access changes.
    """
    if token.startswith(KEY_PREFIX):
        return await api_keys.authenticate(database, token, slug)
    if verify is None:
        raise NotAuthenticatedError("This token is not one of ours.")
    return await verify(token, slug)
