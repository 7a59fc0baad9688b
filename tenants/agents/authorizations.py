"""What people granted to clients, and the codes and tokens that carry it. Every secret is stored as its hash.

The functions without `async` take a plain Session: OAuth's grants run inside `AsyncSession.run_sync`.
A system session throughout: a token names its tenant, so the tenant is known only after it is looked up.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, Update, select, update
from sqlalchemy.orm import Session

from tenants.agents import last_used
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.base.errors import NotAuthenticatedError
from tenants.models import (
    Membership,
    OAuthClient,
    OAuthCode,
    OAuthDeviceCode,
    OAuthGrant,
    OAuthRefreshToken,
    Schedule,
    Tenant,
)
from tenants.rights import delegation
from tenants.rights.access import Actor, ActorKind, Role
from tenants.rights.endings import GRANT_ENDED

ACCESS_LIFETIME = timedelta(hours=1)
CODE_LIFETIME = timedelta(minutes=2)
REFRESH_LIFETIME = timedelta(days=60)
# Within it, a refresh token presented again gives the same successor again: its answer may have been lost.
REFRESH_GRACE = timedelta(seconds=20)
DEVICE_LIFETIME = timedelta(minutes=15)
_USED_EVERY = timedelta(minutes=1)
_USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, 6.1: no vowels, so no words


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def open_grant(
    session: Session, client: OAuthClient, tenant_id: str, user_id: str, resource: str, scopes: list[str]
) -> OAuthGrant:
    """Record that a person lets a client act for a tenant."""
    grant = OAuthGrant(
        id=ids.new("gra"),
        tenant_id=tenant_id,
        client_ref=client.id,
        user_id=user_id,
        resource=resource,
        scopes=sorted(scopes),
        created_at=now(),
    )
    session.add(grant)
    session.flush()
    return grant


def has_granted(session: Session, client_id: str, user_id: str) -> bool:
    """Whether a person lets a client act for them now, in whatever tenant."""
    grant = select(OAuthGrant.id).join(OAuthClient, OAuthClient.id == OAuthGrant.client_ref)
    mine = (OAuthClient.client_id == client_id, OAuthGrant.user_id == user_id, OAuthGrant.revoked_at.is_(None))
    return session.scalar(grant.where(*mine).limit(1)) is not None


def revoke_grant(session: Session, grant_id: str, reason: str) -> None:
    """End a grant, and with it every token it gave and every schedule made by it, at once."""
    session.execute(
        update(OAuthGrant)
        .where(OAuthGrant.id == grant_id, OAuthGrant.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_reason=reason)
    )
    session.execute(_stop_schedules(select(OAuthGrant.id).where(OAuthGrant.id == grant_id)))
    tenants = select(OAuthGrant.tenant_id).where(OAuthGrant.id == grant_id)
    session.execute(_forget(tenants))


def revoke_client(session: Session, client: OAuthClient) -> None:
    """End a client, and with it every token and schedule it has, in every tenant."""
    client.revoked_at = now()
    session.execute(_stop_schedules(select(OAuthGrant.id).where(OAuthGrant.client_ref == client.id)))
    session.execute(_forget(select(OAuthGrant.tenant_id).where(OAuthGrant.client_ref == client.id)))


def _stop_schedules(grant_ids: Select[str]) -> Update:
    stopped = {"paused": True, "last_error": GRANT_ENDED}
    return (
        update(Schedule)
        .where(Schedule.grant_id.in_(grant_ids))
        .values(stopped)
        .execution_options(synchronize_session=False)
    )


def _forget(tenant_ids: Select[str]) -> Update:
    """What is remembered of who may do what is void: see tenants/base/change_counts.py."""
    # The session need not look for rows it holds: nobody here holds a tenant to read this from.
    return (
        update(Tenant)
        .where(Tenant.id.in_(tenant_ids))
        .values(access_version=Tenant.access_version + 1)
        .execution_options(synchronize_session=False)
    )


def issue_code(session: Session, grant: OAuthGrant, code: str, redirect_uri: str, challenge: str) -> None:
    session.add(
        OAuthCode(
            code_hash=hash_of(code),
            grant_id=grant.id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            expires_at=now() + CODE_LIFETIME,
        )
    )


def find_code(session: Session, code: str, client: OAuthClient) -> tuple[OAuthCode, OAuthGrant] | None:
    """Return a code that this client may redeem. A code that was redeemed before ends its grant."""
    row = session.get(OAuthCode, hash_of(code))
    grant = session.get(OAuthGrant, row.grant_id) if row else None
    if row is None or grant is None or grant.client_ref != client.id:
        return None
    if row.used_at is not None:
        revoke_grant(session, grant.id, "code_reuse")
        return None
    return (row, grant) if row.expires_at > now() and grant.revoked_at is None else None


def take_code(session: Session, row: OAuthCode) -> bool:
    """Use a code up. False when somebody else was faster: then the grant is over."""
    if _mark_used(session, update(OAuthCode).where(OAuthCode.code_hash == row.code_hash, OAuthCode.used_at.is_(None))):
        return True
    revoke_grant(session, row.grant_id, "code_reuse")
    return False


def _mark_used(session: Session, statement: Any) -> bool:
    result = cast("CursorResult[Any]", session.execute(statement.values(used_at=now())))
    return result.rowcount == 1


def issue_refresh_token(session: Session, grant: OAuthGrant, token: str | None = None) -> str:
    """Add a refresh token to a grant's chain and return it."""
    token = token or f"swr_{secrets.token_urlsafe(32)}"
    session.add(
        OAuthRefreshToken(
            token_hash=hash_of(token),
            grant_id=grant.id,
            salt=secrets.token_hex(32),
            created_at=now(),
            expires_at=now() + REFRESH_LIFETIME,
        )
    )
    session.flush()
    return token


def find_refresh_token(
    session: Session, token: str, client: OAuthClient
) -> tuple[OAuthRefreshToken, OAuthGrant] | None:
    """Return a refresh token of this client, used or not. A stranger's attempt changes nothing."""
    row = session.get(OAuthRefreshToken, hash_of(token))
    grant = session.get(OAuthGrant, row.grant_id) if row else None
    if row is None or grant is None or grant.client_ref != client.id:
        return None
    return (row, grant) if grant.revoked_at is None and row.expires_at > now() else None


def rotate(session: Session, row: OAuthRefreshToken, token: str, grace: timedelta) -> str | None:
    """Use a refresh token up and return its successor; None when it was reused, which ends the grant."""
    grant = session.get_one(OAuthGrant, row.grant_id)
    successor = _successor(row, token)
    unused = OAuthRefreshToken.token_hash == row.token_hash, OAuthRefreshToken.used_at.is_(None)
    if _mark_used(session, update(OAuthRefreshToken).where(*unused)):
        return issue_refresh_token(session, grant, successor)
    session.refresh(row)
    following = session.get(OAuthRefreshToken, hash_of(successor))
    in_grace = row.used_at is not None and row.used_at + grace > now()
    if in_grace and following is not None and following.used_at is None:
        return successor
    revoke_grant(session, grant.id, "refresh_reuse")
    return None


def _successor(row: OAuthRefreshToken, token: str) -> str:
    # Only who holds the token can compute it; the database alone cannot.
    mac = hmac.new(bytes.fromhex(row.salt), token.encode(), "sha256").digest()
    return f"swr_{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def open_device_code(
    session: Session, client: OAuthClient, scopes: list[str], resource: str | None
) -> tuple[str, OAuthDeviceCode]:
    """Start a device's authorization; return its secret and the row with the code a person types."""
    device_code = secrets.token_urlsafe(32)
    letters = "".join(secrets.choice(_USER_CODE_LETTERS) for _ in range(8))
    row = OAuthDeviceCode(
        device_hash=hash_of(device_code),
        user_code=f"{letters[:4]}-{letters[4:]}",
        client_ref=client.id,
        scopes=scopes,
        resource=resource,
        expires_at=now() + DEVICE_LIFETIME,
        interval_s=5,
    )
    session.add(row)
    session.flush()
    return device_code, row


def find_user_code(session: Session, typed: str) -> OAuthDeviceCode | None:
    """Return the undecided device code that a person typed, however they wrote it."""
    letters = "".join(c for c in typed.upper() if c.isalpha())
    row = session.scalar(select(OAuthDeviceCode).where(OAuthDeviceCode.user_code == f"{letters[:4]}-{letters[4:8]}"))
    return row if row is not None and row.expires_at > now() and row.decision is None else None


def take_device_code(session: Session, row: OAuthDeviceCode) -> bool:
    """Use an approved device code up. False when somebody else was faster."""
    statement = update(OAuthDeviceCode).where(
        OAuthDeviceCode.device_hash == row.device_hash, OAuthDeviceCode.decision == "approved"
    )
    result = cast("CursorResult[Any]", session.execute(statement.values(decision="used")))
    return result.rowcount == 1


async def actor_of(database: Database, grant_id: str, scopes: list[str]) -> tuple[Actor, int]:
    """The agent behind an access token of a grant: what its person may do today, narrowed to its scopes.

    With it comes the tenant's access count: as long as that stays, so does the answer. Raises NotAuthenticatedError
    once the grant, the client or the person's membership has ended.
    """
    async with database.system_reading() as session:
        row = (
            await session.execute(
                select(OAuthGrant, OAuthClient, Tenant, Membership.role)
                .join(OAuthClient, OAuthClient.id == OAuthGrant.client_ref)
                .join(Tenant, Tenant.id == OAuthGrant.tenant_id)
                .join(
                    Membership,
                    (Membership.user_id == OAuthGrant.user_id) & (Membership.tenant_id == OAuthGrant.tenant_id),
                )
                .where(OAuthGrant.id == grant_id)
            )
        ).one_or_none()
        if row is None or row[0].revoked_at is not None or row[1].revoked_at is not None:
            raise NotAuthenticatedError("This access has been revoked.", hint="Connect the agent again.")
        grant, client, tenant, role = row
        permissions = await delegation.of_grant(session, grant, Role(role), scopes)
        if grant.made_by is not None and not permissions:
            raise NotAuthenticatedError("The key that made this client has ended.", hint="Make another client.")
    if grant.last_used_at is None or grant.last_used_at + _USED_EVERY <= now():
        last_used.used(database, OAuthGrant, grant.id, now())
    actor = Actor(
        kind=ActorKind.AGENT,
        id=principal(client.id, grant.user_id),
        label=str(client.details.get("client_name") or client.client_id)[:200],
        tenant_id=grant.tenant_id,
        tenant_slug=tenant.slug,
        user_id=grant.user_id,
        permissions=permissions,
        grant_id=grant.id,
    )
    return actor, tenant.access_version


def principal(client_ref: str, user_id: str) -> str:
    """A stable name for "this client, for this person": it outlives a renewed authorization."""
    return f"agt_{hashlib.sha256(f'{client_ref} {user_id}'.encode()).hexdigest()[:26]}"
