"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is believed. The one door to `webauthn`."""

import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.base.db import now
from tenants.base.errors import InvalidError, NotAuthenticatedError
from tenants.models import Passkey, User
from tenants.sign_in.authenticator_data import demand_plain

PASSKEYS_MAX = 20
_CHALLENGE_BYTES = 32
# A second factor is something that one has: whether a finger or a PIN unlocks it is the person's choice.
_VERIFICATION = UserVerificationRequirement.PREFERRED


def new_challenge() -> str:
    return secrets.token_urlsafe(_CHALLENGE_BYTES)


async def of(session: AsyncSession, user_id: str) -> Sequence[Passkey]:
    return (await session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id))).all()


def creation_options(origin: str, user: User, known: Sequence[Passkey], challenge: str) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is given as JSON. A device that is known is not added twice."""
    options = webauthn.generate_registration_options(
        rp_id=_rp_id(origin),
        rp_name="Sealwright",
        user_id=user.id.encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=base64url_to_bytes(challenge),
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_VERIFICATION
        ),
    )
    return json.loads(webauthn.options_to_json(options))


def request_options(origin: str, known: Sequence[Passkey], challenge: str) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is given as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=_rp_id(origin),
        challenge=base64url_to_bytes(challenge),
        allow_credentials=_descriptors(known),
        user_verification=_VERIFICATION,
    )
    return json.loads(webauthn.options_to_json(options))


async def add(
    session: AsyncSession, origin: str, user: User, challenge: str, name: str, credential: dict[str, Any]
) -> Passkey:
    """Keep a new passkey. Raises InvalidError."""
    if len(await of(session, user.id)) >= PASSKEYS_MAX:
        raise InvalidError(f"There are {PASSKEYS_MAX} passkeys already.", hint="Remove one.")
    try:
        demand_plain(credential)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(origin),
            expected_origin=origin,
        )
    except _UNBELIEVABLE as error:
        raise InvalidError(
            "This passkey cannot be used.", hint="Begin again; the browser asks for a new one."
        ) from error
    credential_id = bytes_to_base64url(verified.credential_id)
    if await session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)):
        raise InvalidError("This passkey is known already.", hint="Use another device.")
    passkey = Passkey(
        user_id=user.id,
        name=name,
        credential_id=credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        created_at=now(),
    )
    session.add(passkey)
    await session.flush()
    return passkey


async def check(session: AsyncSession, origin: str, user_id: str, challenge: str, credential: dict[str, Any]) -> None:
    """Take a person's passkey as shown. Raises NotAuthenticatedError."""
    wrong = NotAuthenticatedError("This passkey is not right.", hint="Try again, or use another second factor.")
    asked = select(Passkey).where(Passkey.user_id == user_id, Passkey.credential_id == str(credential.get("id")))
    passkey = await session.scalar(asked.with_for_update())
    if passkey is None:
        raise wrong
    try:
        demand_plain(credential)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except _UNBELIEVABLE as error:
        raise wrong from error
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now()


# The library checks most of what a browser says; what is oddly typed inside makes it stumble in these ways.
_UNBELIEVABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)


def _rp_id(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known]
