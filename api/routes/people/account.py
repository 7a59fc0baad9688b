"""One's own account: the password, the address, second factors, and where one is signed in."""

from typing import Any

from fastapi import APIRouter, Request

from api.auth.deps import (
    AccountHolder,
    CurrentDatabase,
    CurrentMailer,
    CurrentSettings,
    CurrentVault,
    FreshHolder,
)
from api.auth.people import Person
from api.problems import RESPONSES
from api.proxies import caller
from api.schemas.accounts import (
    AccountOut,
    AddressIn,
    AppOut,
    BrowserOut,
    CodeIn,
    LetterSent,
    NewPasskeyOut,
    PasskeyIn,
    PasskeyOut,
    PasswordIn,
    ReauthenticationIn,
    RecoveryCodesOut,
    TokenIn,
)
from api.schemas.pages import PageOut
from api.schemas.people import UserOut
from tenants.base.errors import NotAllowedError
from tenants.people import accounts, address_changes, attempts
from tenants.sign_in import passkeys, password_resets, second_factors, sessions

router = APIRouter(prefix="/api/v1/account", tags=["account"], responses=RESPONSES)


@router.get("")
async def read_account(person: AccountHolder, database: CurrentDatabase, mailer: CurrentMailer) -> AccountOut:
    user, opened = person.user, person.session
    async with database.system_reading() as session:
        factors = await second_factors.of(session, user.id)
    shown_at = opened.authenticated_at if sessions.is_fresh(opened) else None
    return AccountOut(
        user=UserOut(id=user.id, email=user.email, name=user.name),
        address_proved=user.address_proved_at is not None,
        has_password=user.password_hash is not None,
        is_own=not user.realm,
        sends_letters=mailer is not None,
        app=factors.app,
        passkeys=[PasskeyOut.model_validate(one, from_attributes=True) for one in factors.passkeys],
        recovery_codes=factors.recovery_codes,
        fresh_until=shown_at + sessions.FRESH if shown_at else None,
    )


@router.post("/reauthentication", status_code=204)
async def reauthenticate(
    body: ReauthenticationIn,
    person: AccountHolder,
    request: Request,
    database: CurrentDatabase,
    settings: CurrentSettings,
    vault: CurrentVault,
) -> None:
    """Show once more that it is you, by the password or a second factor. It counts until `fresh_until`."""
    counted = attempts.confirming(person.user.id, caller(request))
    await attempts.begin(database, counted)
    if body.password is not None:
        await accounts.demand_password(person.user, body.password)
    else:
        challenge = await _take_challenge(database, person)
        shown = second_factors.Shown(body.code, body.recovery_code, body.passkey, challenge)
        async with database.system() as session:
            await second_factors.show(session, vault.ring, settings.origin, person.user.id, shown)
    async with database.system() as session:
        await sessions.refresh(session, person.session.id, second_factor=body.password is None)
    await attempts.succeeded(database, counted)


@router.post("/challenge")
async def challenge(person: AccountHolder, database: CurrentDatabase, settings: CurrentSettings) -> dict[str, Any]:
    """What `navigator.credentials.get` is given to show one of one's passkeys, as JSON."""
    text = passkeys.new_challenge()
    async with database.system() as session:
        await sessions.challenge(session, person.session.id, text)
        return passkeys.request_options(settings.origin, await passkeys.of(session, person.user.id), text)


@router.post("/password", status_code=204)
async def change_password(
    body: PasswordIn, person: AccountHolder, request: Request, database: CurrentDatabase, mailer: CurrentMailer
) -> None:
    """Change the password; every other browser is signed out."""
    if person.user.realm:
        raise NotAllowedError("You sign in by your company.", hint="Change your password at its identity provider.")
    counted = attempts.confirming(person.user.id, caller(request))
    await attempts.begin(database, counted)
    await accounts.demand_password(person.user, body.current, "/current")
    await attempts.succeeded(database, counted)
    await password_resets.change(database, mailer, person.user, body.password, but=person.session.id)


@router.post("/address", status_code=202)
async def change_address(
    body: AddressIn, person: FreshHolder, request: Request, database: CurrentDatabase, mailer: CurrentMailer
) -> LetterSent:
    """Have a letter sent to an address, one's own or another one: whoever answers it here has proved it."""
    if mailer is None:
        # An address that anybody could take on at will would be somebody else's to those who know people by it.
        raise NotAllowedError("This installation writes no letters, so an address stays what it is.")
    await attempts.begin(database, attempts.asking_for_letters(body.email, caller(request)))
    await address_changes.ask(database, mailer, person.user, body.email)
    return LetterSent()


@router.post("/address/confirm", status_code=204)
async def confirm_address(
    body: TokenIn, person: AccountHolder, database: CurrentDatabase, mailer: CurrentMailer
) -> None:
    """Answer the letter, in the account that asked for it."""
    if mailer is None:
        raise NotAllowedError("This installation writes no letters.")
    await address_changes.confirm(database, mailer, person.user, body.token)


@router.post("/app")
async def begin_app(person: FreshHolder, database: CurrentDatabase, vault: CurrentVault) -> AppOut:
    """What an authenticator app needs to know. It counts once a code of it was entered."""
    async with database.system() as session:
        enrolment = await second_factors.begin_app(session, vault.ring, person.user)
    return AppOut.model_validate(enrolment, from_attributes=True)


@router.post("/app/confirm")
async def confirm_app(
    body: CodeIn,
    person: FreshHolder,
    request: Request,
    database: CurrentDatabase,
    vault: CurrentVault,
    mailer: CurrentMailer,
) -> RecoveryCodesOut:
    """Enter the app's code. The first second factor brings recovery codes, shown this once."""
    counted = attempts.confirming(person.user.id, caller(request))
    await attempts.begin(database, counted)
    async with database.system() as session:
        codes = await second_factors.confirm_app(session, vault.ring, person.user, body.code)
        await sessions.refresh(session, person.session.id, second_factor=True)
        await password_resets.tell(session, mailer, person.user, "An authenticator app was added")
    await attempts.succeeded(database, counted)
    return RecoveryCodesOut(recovery_codes=codes)


@router.delete("/app", status_code=204)
async def remove_app(person: FreshHolder, database: CurrentDatabase, mailer: CurrentMailer) -> None:
    async with database.system() as session:
        await second_factors.remove_app(session, person.user.id)
        await password_resets.tell(session, mailer, person.user, "The authenticator app was removed")


@router.post("/passkeys/challenge")
async def challenge_new_passkey(
    person: FreshHolder, database: CurrentDatabase, settings: CurrentSettings
) -> dict[str, Any]:
    """What `navigator.credentials.create` is given, as JSON."""
    text = passkeys.new_challenge()
    async with database.system() as session:
        await sessions.challenge(session, person.session.id, text)
        return passkeys.creation_options(settings.origin, person.user, await passkeys.of(session, person.user.id), text)


@router.post("/passkeys", status_code=201)
async def add_passkey(
    body: PasskeyIn,
    person: FreshHolder,
    database: CurrentDatabase,
    settings: CurrentSettings,
    mailer: CurrentMailer,
) -> NewPasskeyOut:
    """Keep a passkey that the browser has made. The first second factor brings recovery codes, shown this once."""
    text = await _take_challenge(database, person)
    async with database.system() as session:
        had_any = (await second_factors.of(session, person.user.id)).any
        passkey = await passkeys.add(session, settings.origin, person.user, text or "", body.name, body.credential)
        codes = [] if had_any else await second_factors.renew_recovery_codes(session, person.user.id)
        await sessions.refresh(session, person.session.id, second_factor=True)
        await password_resets.tell(session, mailer, person.user, f"The passkey {body.name} was added")
        return NewPasskeyOut(passkey=PasskeyOut.model_validate(passkey, from_attributes=True), recovery_codes=codes)


@router.delete("/passkeys/{passkey_id}", status_code=204)
async def remove_passkey(
    passkey_id: str, person: FreshHolder, database: CurrentDatabase, mailer: CurrentMailer
) -> None:
    async with database.system() as session:
        gone = await second_factors.remove_passkey(session, person.user.id, passkey_id)
        await password_resets.tell(session, mailer, person.user, f"The passkey {gone.name} was removed")


@router.post("/recovery-codes")
async def renew_recovery_codes(
    person: FreshHolder, database: CurrentDatabase, mailer: CurrentMailer
) -> RecoveryCodesOut:
    """Fresh codes for who loses the other factors, shown this once; those before end."""
    async with database.system() as session:
        if not (await second_factors.of(session, person.user.id)).any:
            raise NotAllowedError("Recovery codes stand for a second factor.", hint="Add an app or a passkey first.")
        codes = await second_factors.renew_recovery_codes(session, person.user.id)
        await password_resets.tell(session, mailer, person.user, "The recovery codes were renewed")
    return RecoveryCodesOut(recovery_codes=codes)


@router.get("/sessions")
async def list_sessions(person: AccountHolder, database: CurrentDatabase) -> PageOut[BrowserOut]:
    """Where one is signed in."""
    async with database.system_reading() as session:
        found = await sessions.list_open(session, person.user.id)
    items = [
        BrowserOut(
            id=one.id,
            is_this=one.id == person.session.id,
            user_agent=one.user_agent,
            network=one.network,
            second_factor=one.second_factor_at is not None,
            created_at=one.created_at,
            last_seen_at=one.last_seen_at,
        )
        for one in found
    ]
    return PageOut(items=items, next_cursor=None)


@router.delete("/sessions", status_code=204)
async def end_other_sessions(person: AccountHolder, database: CurrentDatabase) -> None:
    """Sign out every other browser."""
    async with database.system() as session:
        await password_resets.sign_out_everywhere(session, person.user.id, person.session.id)


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(session_id: str, person: AccountHolder, database: CurrentDatabase) -> None:
    """Sign out one browser."""
    async with database.system() as session:
        await sessions.revoke(session, person.user.id, session_id)


async def _take_challenge(database: CurrentDatabase, person: Person) -> str | None:
    """Used up by whatever comes of it: an answer to it is taken once."""
    async with database.system() as session:
        return await sessions.take_challenge(session, person.session.id)
