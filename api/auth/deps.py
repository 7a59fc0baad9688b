"""What routes ask for: the actor, and a transaction of the actor's tenant that commits before the reply."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import bearers, people
from api.auth.cookies import session_name
from api.auth.people import Person
from api.logs import name_tenant
from api.settings import Settings
from tenants.base.db import Database
from tenants.base.errors import NotAllowedError, NotAuthenticatedError, ReauthenticationNeededError, TenantsError
from tenants.people.mailer import Mailer
from tenants.rights.access import Actor
from tenants.runtime import Runtime
from tenants.sign_in import sessions
from tenants.stores.vault import Vault

CSRF_HEADER = "x-sealwright-csrf"


def settings(request: Request) -> Settings:
    return request.app.state.settings


def runtime(request: Request) -> Runtime:
    return request.app.state.runtime


CurrentSettings = Annotated[Settings, Depends(settings)]
CurrentRuntime = Annotated[Runtime, Depends(runtime)]


def database(runtime: CurrentRuntime) -> Database:
    return runtime.database


CurrentDatabase = Annotated[Database, Depends(database)]


def vault(runtime: CurrentRuntime) -> Vault:
    if runtime.vault is None:
        raise RuntimeError("the server was opened without a vault")
    return runtime.vault


CurrentVault = Annotated[Vault, Depends(vault)]


def mailer(runtime: CurrentRuntime) -> Mailer | None:
    return runtime.mailer


CurrentMailer = Annotated[Mailer | None, Depends(mailer)]


async def signed_in(request: Request, settings: CurrentSettings, database: CurrentDatabase) -> Person:
    """The person behind the session cookie. Writes also need our header, which no foreign form can send."""
    token = request.cookies.get(session_name(settings.origin))
    if not token:
        raise NotAuthenticatedError(
            "You are not signed in.",
            hint="Sign in at /login, or send an API key: Authorization: Bearer sw_...",
        )
    if request.method not in {"GET", "HEAD"}:
        refuse_cross_site(request, settings)
    person = await people.find(database, token)
    if person is None:
        raise NotAuthenticatedError("Your session has ended.", hint="Sign in again at /login.")
    return person


def refuse_cross_site(request: Request, settings: Settings) -> None:
    origin = request.headers.get("origin")
    same_origin = origin is None or urlsplit(origin).netloc in {
        urlsplit(settings.origin).netloc,
        request.headers.get("host", ""),
    }
    if not same_origin or request.headers.get(CSRF_HEADER) != "1":
        raise NotAllowedError(
            "This request did not come from the dashboard.",
            hint=f"Send the header {CSRF_HEADER}: 1 from the same origin.",
        )


async def actor(request: Request, tenant: str, settings: CurrentSettings, database: CurrentDatabase) -> Actor:
    """Who is asking, in the tenant of the path: an API key, an agent's or a machine's token, a signed-in member."""
    token = bearers.token_in(request.headers.get("authorization"))
    if token is not None:
        found = await bearers.authenticate(database, request.app.state.oauth.verify, token, tenant)
    else:
        person = await signed_in(request, settings, database)
        found = await person.actor(database, tenant)
    name_tenant(found.tenant_id)
    return found


Standing = Callable[[], Awaitable[Actor | None]]


def standing(request: Request, tenant: str, settings: CurrentSettings, database: CurrentDatabase) -> Standing:
    """Asks, as long as a stream goes on, who its reader is now: None when their access has ended."""

    async def look() -> Actor | None:
        try:
            return await actor(request, tenant, settings, database)
        except TenantsError:
            return None

    return look


CurrentStanding = Annotated[Standing, Depends(standing)]
CurrentPerson = Annotated[Person, Depends(signed_in)]


def account_holder(person: CurrentPerson) -> Person:
    """Somebody who may see to their account. A tenant's identity provider counts in that tenant only.

    So a session that it opened into the account of somebody who signed up reaches nothing of that account.
    """
    if person.only not in {None, person.user.realm}:
        raise NotAllowedError(
            "You are signed in by a company's identity provider, which counts in its own tenant only.",
            hint="Sign in with your password to see to your account.",
        )
    return person


AccountHolder = Annotated[Person, Depends(account_holder)]


def fresh(person: AccountHolder) -> Person:
    """An account's holder who has lately shown that it is they."""
    if not sessions.is_fresh(person.session):
        raise ReauthenticationNeededError
    return person


FreshHolder = Annotated[Person, Depends(fresh)]
CurrentActor = Annotated[Actor, Depends(actor)]


async def unit(actor: CurrentActor, database: CurrentDatabase) -> AsyncGenerator[AsyncSession]:
    async with database.unit(actor.tenant_id) as session:
        yield session


async def reading(actor: CurrentActor, database: CurrentDatabase) -> AsyncGenerator[AsyncSession]:
    async with database.reading(actor.tenant_id) as session:
        yield session


# scope="function": the default would commit after the reply is sent, and a failed commit would still say 200.
Unit = Annotated[AsyncSession, Depends(unit, scope="function")]
Reading = Annotated[AsyncSession, Depends(reading, scope="function")]


# What both databases can compare.
VERSION_MAX = 2**31 - 1

# Of a version.
Number = Annotated[int, Path(ge=1, le=VERSION_MAX)]


@dataclass(frozen=True, slots=True)
class Paging:
    cursor: str | None
    limit: int


def paging(
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Paging:
    return Paging(cursor, limit)


CurrentPaging = Annotated[Paging, Depends(paging)]
