"""Signing up, in and out."""

from fastapi import APIRouter, Request, Response

from api.cookies import keep_session, session_name
from api.deps import CurrentDatabase, CurrentPerson, CurrentSettings
from api.problems import RESPONSES
from api.proxies import caller
from api.schemas.people import SessionOut, SignIn, SignUp, TenantOut, UserOut
from api.settings import Settings
from tenants import accounts, attempts, sessions
from tenants.access import permissions_of
from tenants.db import Database
from tenants.errors import NotAllowedError, TenantsError
from tenants.models import User

router = APIRouter(prefix="/api/v1", tags=["session"], responses=RESPONSES)


async def welcome(database: Database, user: User, only: str | None = None) -> SessionOut:
    async with database.system_reading() as session:
        belongs = await accounts.memberships(session, user.id, only)
    tenants = [
        TenantOut(slug=tenant.slug, name=tenant.name, role=role.value, permissions=sorted(permissions_of(role)))
        for tenant, role in belongs
    ]
    return SessionOut(user=UserOut(id=user.id, email=user.email, name=user.name), tenants=tenants)


async def open_session(
    database: Database, settings: Settings, user: User, request: Request, response: Response
) -> None:
    async with database.system() as session:
        token = await sessions.open(session, user, request.headers.get("user-agent", "")[:300])
    keep_session(response, settings.origin, token)


@router.post("/signup", status_code=201)
async def sign_up(
    body: SignUp, request: Request, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> SessionOut:
    """Make a person, their tenant, and its owner's membership; and sign in."""
    if not settings.signup_open:
        raise NotAllowedError("Sign-up is closed here.", hint="Ask the operator, or an owner to invite you.")
    network = caller(request)
    await attempts.begin(database, attempts.signing_up(network))
    user = await _signed_up(database, body, attempts.finding_taken(network))
    await open_session(database, settings, user, request, response)
    return await welcome(database, user)


async def _signed_up(database: Database, body: SignUp, probing: tuple[attempts.Counted, ...]) -> User:
    """Sign up at once; `probing` is counted for who named an address that is taken."""
    await attempts.begin(database, probing)
    try:
        user, _ = await accounts.sign_up(database, **body.model_dump())
    except TenantsError as error:
        if error.details.get("path") != "/email":
            await attempts.succeeded(database, probing)
        raise
    await attempts.succeeded(database, probing)
    return user


@router.post("/session")
async def sign_in(
    body: SignIn, request: Request, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> SessionOut:
    counted = attempts.signing_in(body.email, caller(request))
    await attempts.begin(database, counted)
    user = await accounts.authenticate(database, body.email, body.password)
    await attempts.succeeded(database, counted)
    await open_session(database, settings, user, request, response)
    return await welcome(database, user)


@router.get("/session")
async def who_am_i(person: CurrentPerson, database: CurrentDatabase) -> SessionOut:
    return await welcome(database, person.user, person.only)


@router.delete("/session", status_code=204)
async def sign_out(
    person: CurrentPerson, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> None:
    async with database.system() as session:
        await sessions.close(session, person.token)
    response.delete_cookie(session_name(settings.origin), path="/")
