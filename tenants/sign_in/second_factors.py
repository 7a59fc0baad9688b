"""Second factors: an authenticator app, passkeys, and recovery codes for who has lost both.

A person who has one is asked for it at every sign-in. A tenant may ask for it from those who approve and own, or from
everyone: then a session that has shown none lacks those permissions in that tenant.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import now
from tenants.base.errors import ConflictError, InvalidError, NotAuthenticatedError, NotFoundError
from tenants.base.key_ring import Ring
from tenants.models import Passkey, RecoveryCode, Totp, User, UserSession
from tenants.sign_in import authenticators, passkeys
from tenants.sign_in.authenticators import Enrolment

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has."""

    app: bool
    passkeys: Sequence[Passkey]
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.app or bool(self.passkeys)

    @property
    def methods(self) -> list[str]:
        """What may be shown, the handiest first."""
        has = {"passkey": bool(self.passkeys), "code": self.app, "recovery_code": self.recovery_codes > 0}
        return [name for name, is_there in has.items() if is_there]


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows as their second factor: one of these. A passkey's answer comes with its challenge."""

    code: str | None = None
    recovery_code: str | None = None
    passkey: dict[str, Any] | None = None
    challenge: str | None = None


async def of(session: AsyncSession, user_id: str) -> Factors:
    app = await session.get(Totp, user_id)
    codes = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    has_app = app is not None and app.confirmed_at is not None
    return Factors(has_app, await passkeys.of(session, user_id), await session.scalar(codes) or 0)


async def show(session: AsyncSession, ring: Ring, origin: str, user_id: str, shown: Shown) -> None:
    """Take what is shown, once. Raises NotAuthenticatedError."""
    if shown.passkey is not None and shown.challenge is not None:
        await passkeys.check(session, origin, user_id, shown.challenge, shown.passkey)
    elif shown.code is not None:
        await _show_code(session, ring, user_id, shown.code)
    elif shown.recovery_code is not None:
        await _use_recovery_code(session, user_id, shown.recovery_code)
    else:
        raise NotAuthenticatedError("No second factor was shown.", hint="Send code, recovery_code or passkey.")


async def begin_app(session: AsyncSession, ring: Ring, user: User) -> Enrolment:
    """Make a secret for an app. It counts once a code of it has been entered; until then a new one replaces it.

    Raises ConflictError.
    """
    found = await session.get(Totp, user.id, with_for_update=True)
    if found is not None and found.confirmed_at is not None:
        raise ConflictError("There is an authenticator app already.", hint="Remove it first.")
    secret = authenticators.new_secret()
    wrapped_by, wrapped = ring.wrap(secret, Totp(user_id=user.id).wrap_context)
    if found is None:
        found = Totp(user_id=user.id)
        session.add(found)
    found.wrapped_by, found.wrapped, found.last_step, found.created_at = wrapped_by, wrapped, 0, now()
    return authenticators.enrolment(secret, user.email)


async def confirm_app(session: AsyncSession, ring: Ring, user: User, code: str) -> list[str]:
    """Let the app count from now on; return fresh recovery codes if it is the first second factor.

    Raises ConflictError or InvalidError.
    """
    found = await session.get(Totp, user.id, with_for_update=True)
    if found is None or found.confirmed_at is not None:
        raise ConflictError("No authenticator app is being added.", hint="Begin again.")
    step = authenticators.step_of(_secret(ring, found), code, found.last_step)
    if step is None:
        message = "This is not the app's code now."
        raise InvalidError(problems=[{"path": "/code", "message": message, "hint": "Check the device's clock."}])
    had_any = (await of(session, user.id)).any
    found.confirmed_at, found.last_step, found.last_used_at = now(), step, now()
    return [] if had_any else await renew_recovery_codes(session, user.id)


async def remove_app(session: AsyncSession, user_id: str) -> None:
    """Raises NotFoundError."""
    found = await session.get(Totp, user_id)
    if found is None:
        raise NotFoundError("There is no authenticator app here.")
    await session.delete(found)
    await _tidy(session, user_id)


async def remove_passkey(session: AsyncSession, user_id: str, passkey_id: str) -> Passkey:
    """Raises NotFoundError."""
    found = await session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id))
    if found is None:
        raise NotFoundError("There is no such passkey here.")
    await session.delete(found)
    await _tidy(session, user_id)
    return found


async def remove_all(session: AsyncSession, user_id: str) -> None:
    """Take away every one; what was shown in a session before counts no more either."""
    shown = update(UserSession).where(UserSession.user_id == user_id)
    await session.execute(shown.values(second_factor_at=None))
    for table in (Totp, Passkey, RecoveryCode):
        await session.execute(delete(table).where(table.user_id == user_id))


async def renew_recovery_codes(session: AsyncSession, user_id: str) -> list[str]:
    """Return fresh codes, shown this once; those before end."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    letters = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    session.add_all([RecoveryCode(user_id=user_id, code_hash=_hash(user_id, code)) for code in letters])
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in letters]


async def _show_code(session: AsyncSession, ring: Ring, user_id: str, code: str) -> None:
    found = await session.get(Totp, user_id, with_for_update=True)
    step = None
    if found is not None and found.confirmed_at is not None:
        step = authenticators.step_of(_secret(ring, found), code, found.last_step)
    if found is None or step is None:
        hint = "Wait for the next one: each code is taken once."
        raise NotAuthenticatedError("This code is not right, or was used.", hint=hint)
    found.last_step, found.last_used_at = step, now()


async def _use_recovery_code(session: AsyncSession, user_id: str, typed: str) -> None:
    code = "".join(letter for letter in typed.lower() if letter in _ALPHABET)
    used = await session.execute(
        delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(user_id, code))
    )
    if getattr(used, "rowcount", 0) != 1:
        raise NotAuthenticatedError("This recovery code is not right, or was used.", hint="Use another one.")


async def _tidy(session: AsyncSession, user_id: str) -> None:
    """Recovery codes stand for another factor: without one they are nothing."""
    await session.flush()
    if not (await of(session, user_id)).any:
        await remove_all(session, user_id)


def _hash(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id}/{code}".encode()).hexdigest()


def _secret(ring: Ring, row: Totp) -> bytes:
    return ring.unwrap(row.wrapped_by, row.wrapped, row.wrap_context)
