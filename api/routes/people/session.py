"""Signing up, in and out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from api.auth.cookies import keep_second_step, keep_session, second_step_name, session_name
from api.auth.deps import (
    CurrentDatabase,
    CurrentMailer,
    CurrentPerson,
    CurrentSettings,
    CurrentVault,
    refuse_cross_site,
)
from api.problems import RESPONSES
from api.proxies import browser_of, caller
from api.schemas.accounts import (
    AskReset,
    ConfirmSignUp,
    LetterSent,
    PendingSignUp,
    ResetIn,
    SecondFactorAsked,
    SecondFactorIn,
)
from api.schemas.people import SessionOut, SignIn, SignUp, TenantOut, UserOut
from api.settings import Settings
from tenants.base.db import Database
from tenants.base.errors import NotAllowedError, TenantsError
from tenants.models import SecondStep, User
from tenants.people import accounts, attempts, sign_ups
from tenants.rights.access import permissions_of
from tenants.rights.second_factor import withheld
from tenants.sign_in import entrances, passkeys, password_resets, second_factors, second_steps, sessions

router = APIRouter(prefix="/api/v1", tags=["session"], responses=RESPONSES)
_SENT: dict[int | str, dict[str, Any]] = {202: {"model": LetterSent, "description": "A letter was sent"}}
_ASKED: dict[int | str, dict[str, Any]] = {202: {"model": SecondFactorAsked, "description": "A second factor is asked"}}


async def welcome(
    database: Database, user: User, only: str | None = None, *, second_factor: bool = False
) -> SessionOut:
    async with database.system_reading() as session:
        belongs = await accounts.memberships(session, user.id, only)
    tenants: list[TenantOut] = []
    for tenant, role in belongs:
        lacking = withheld(tenant, role, shown=second_factor)
        held = sorted(permissions_of(role) - lacking)
        tenants.append(
            TenantOut(
                slug=tenant.slug,
                name=tenant.name,
                role=role.value,
                permissions=held,
                second_factor_needed=bool(lacking),
            )
        )
    return SessionOut(user=UserOut(id=user.id, email=user.email, name=user.name), tenants=tenants)


async def open_session(
    database: Database, settings: Settings, user: User, request: Request, response: Response
) -> None:
    """For who has just become somebody here: they have no second factor yet."""
    browser = browser_of(request)
    async with database.system() as session:
        token = await sessions.open(session, user, browser.user_agent, network=browser.network)
    keep_session(response, settings.origin, token)


@router.post("/signup", status_code=201, responses=_SENT)
async def sign_up(
    body: SignUp,
    request: Request,
    response: Response,
    database: CurrentDatabase,
    settings: CurrentSettings,
    mailer: CurrentMailer,
) -> SessionOut:
    """Make a person, their tenant, and its owner's membership; and sign in.

    Where this installation writes to people, the address is proved first: the answer is 202, whoever has it.
    """
    if not settings.signup_open:
        raise NotAllowedError("Sign-up is closed here.", hint="Ask the operator, or an owner to invite you.")
    network = caller(request)
    await attempts.begin(database, attempts.signing_up(network))
    if mailer is not None:
        await attempts.begin(database, attempts.asking_for_letters(body.email, network))
        await sign_ups.ask(database, mailer, sign_ups.Form(**body.model_dump()))
        return JSONResponse(LetterSent().model_dump(), 202)  # pyright: ignore[reportReturnType] - the other answer
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


@router.get("/signup/{token}")
async def read_sign_up(token: str, response: Response, database: CurrentDatabase) -> PendingSignUp:
    """The address that a letter's link confirms, to whoever has it."""
    response.headers["Cache-Control"] = "no-store"
    return PendingSignUp(email=await sign_ups.pending(database, token))


@router.post("/signup/confirm", status_code=201)
async def confirm_sign_up(
    body: ConfirmSignUp, request: Request, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> SessionOut:
    """Answer the letter: the link in it and the password chosen before, together, make the account; and sign in."""
    counted = attempts.confirming(f"sign-up {body.token}", caller(request))
    await attempts.begin(database, counted)
    user, _ = await sign_ups.confirm(database, body.token, body.password)
    await attempts.succeeded(database, counted)
    await open_session(database, settings, user, request, response)
    return await welcome(database, user)


@router.post("/session", responses=_ASKED)
async def sign_in(
    body: SignIn, request: Request, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> SessionOut:
    """Sign in. Whoever has a second factor is asked for it next (202), and is not signed in before."""
    counted = attempts.signing_in(body.email, caller(request))
    await attempts.begin(database, counted)
    user = await accounts.authenticate(database, body.email, body.password)
    await attempts.succeeded(database, counted)
    async with database.system() as session:
        entrance = await entrances.enter(session, user, browser_of(request))
    if entrance.is_open:
        keep_session(response, settings.origin, entrance.token)
        return await welcome(database, user)
    asked = JSONResponse(SecondFactorAsked(second_factor=list(entrance.methods)).model_dump(), 202)
    keep_second_step(asked, settings.origin, entrance.token)
    return asked  # pyright: ignore[reportReturnType] - the other answer


async def awaited(request: Request, settings: CurrentSettings, database: CurrentDatabase) -> tuple[SecondStep, User]:
    """Who has shown the first factor, and whose second is awaited."""
    refuse_cross_site(request, settings)
    token = request.cookies.get(second_step_name(settings.origin), "")
    async with database.system_reading() as session:
        return await second_steps.find_step(session, token)


Awaited = Annotated[tuple[SecondStep, User], Depends(awaited)]


@router.post("/session/second-factor/methods")
async def read_second_factors(step: Awaited, database: CurrentDatabase) -> SecondFactorAsked:
    """What may be shown, for who comes back from an identity provider."""
    async with database.system_reading() as session:
        return SecondFactorAsked(second_factor=(await second_factors.of(session, step[1].id)).methods)


@router.post("/session/second-factor/challenge")
async def challenge_passkey(step: Awaited, database: CurrentDatabase, settings: CurrentSettings) -> dict[str, Any]:
    """What `navigator.credentials.get` is given, as JSON."""
    challenge = passkeys.new_challenge()
    async with database.system() as session:
        found, user = await session.merge(step[0]), step[1]
        found.challenge = challenge
        return passkeys.request_options(settings.origin, await passkeys.of(session, user.id), challenge)


@router.post("/session/second-factor")
async def show_second_factor(
    body: SecondFactorIn,
    step: Awaited,
    request: Request,
    response: Response,
    database: CurrentDatabase,
    settings: CurrentSettings,
    vault: CurrentVault,
) -> SessionOut:
    """Show the second factor, and be signed in."""
    waiting, user = step
    counted = attempts.confirming(user.id, caller(request))
    await attempts.begin(database, counted)
    challenge = await _take_challenge(database, waiting)
    shown = second_factors.Shown(body.code, body.recovery_code, body.passkey, challenge)
    async with database.system() as session:
        await second_factors.show(session, vault.ring, settings.origin, user.id, shown)
        token = await entrances.finish(session, waiting, user, browser_of(request))
    await attempts.succeeded(database, counted)
    keep_session(response, settings.origin, token)
    response.delete_cookie(second_step_name(settings.origin), path="/")
    return await welcome(database, user, waiting.only_tenant_id, second_factor=True)


async def _take_challenge(database: Database, step: SecondStep) -> str | None:
    """Used up by whatever comes of it: an answer to it is taken once."""
    async with database.system() as session:
        found = await session.get(SecondStep, step.token_hash, with_for_update=True)
        if found is None:
            return None
        challenge, found.challenge = found.challenge, None
        return challenge


@router.post("/password-reset", status_code=202)
async def ask_password_reset(
    body: AskReset, request: Request, database: CurrentDatabase, mailer: CurrentMailer
) -> LetterSent:
    """Have a letter sent, by which a new password is chosen. The answer is the same for every address."""
    if mailer is None:
        raise NotAllowedError(
            "This installation writes no letters.", hint="Ask its operator: sealwright user reset-password EMAIL."
        )
    await attempts.begin(database, attempts.asking_for_letters(body.email, caller(request)))
    await password_resets.ask(database, mailer, body.email)
    return LetterSent()


@router.post("/password-reset/finish", status_code=204)
async def finish_password_reset(
    body: ResetIn, request: Request, database: CurrentDatabase, mailer: CurrentMailer
) -> None:
    """Choose a new password by the link of a letter. Every browser of the person is signed out."""
    counted = attempts.confirming(f"reset {caller(request)}", caller(request))
    await attempts.begin(database, counted)
    await password_resets.finish(database, mailer, body.token, body.password)
    await attempts.succeeded(database, counted)


@router.get("/session")
async def who_am_i(person: CurrentPerson, database: CurrentDatabase) -> SessionOut:
    return await welcome(database, person.user, person.only, second_factor=person.second_factor)


@router.delete("/session", status_code=204)
async def sign_out(
    person: CurrentPerson, response: Response, database: CurrentDatabase, settings: CurrentSettings
) -> None:
    async with database.system() as session:
        await sessions.close(session, person.token)
    response.delete_cookie(session_name(settings.origin), path="/")
