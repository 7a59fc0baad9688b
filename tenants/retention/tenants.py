"""All of one tenant: given out as it is, with what is sealed opened; or removed, to the last row and content."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base.db import Base, Database, now
from tenants.base.errors import ConflictError, NotFoundError
from tenants.base.tenancy import TenantOwned
from tenants.capabilities.files.buckets import Bucket
from tenants.models import (
    ApiKey,
    MailToken,
    Membership,
    OAuthClient,
    OAuthGrant,
    OutgoingLetter,
    Run,
    RunStatus,
    Schedule,
    SecondStep,
    Tenant,
    User,
    UserSession,
    Version,
    Webhook,
)
from tenants.retention.clearing import AT_ONCE, remove_some

# What nobody is given, not even its owner: it opens or signs something, or means nothing outside of an image.
WITHHELD = frozenset({
    "sealed", "wrapped", "wrapped_by", "key_number", "token_hash", "state_hash", "browser_hash", "nonce", "verifier",
    "patch",
})  # fmt: skip
_WAIT_S = 60.0
_LOOK_EVERY_S = 0.5


async def read_tenant(database: Database, slug: str) -> Tenant:
    """Raises NotFoundError."""
    async with database.system_reading() as session:
        tenant = await session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        raise NotFoundError(f"There is no tenant {slug}.")
    return tenant


def tables() -> Sequence[Any]:
    """Those whose rows belong to tenants, each after what it refers to."""
    order: dict[Any, int] = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}
    owned = [one.class_ for one in Base.registry.mappers if issubclass(one.class_, TenantOwned)]
    return sorted(owned, key=lambda kind: order[kind.__table__])


async def export(database: Database, tenant_id: str) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    """Every row that is the tenant's, by its table's name, with its contents in clear; and its members, as people.

    Without what opens or signs something: see WITHHELD.
    """
    async with database.reading(tenant_id) as session:
        yield "tenants", _plain(await session.get_one(Tenant, tenant_id))
        members = select(User).join(Membership, Membership.user_id == User.id).where(Membership.tenant_id == tenant_id)
        for user in await session.scalars(members):
            yield "users", {"id": user.id, "email": user.email, "name": user.name}
        for table in tables():
            query = select(table).where(table.tenant_id == tenant_id).execution_options(yield_per=AT_ONCE)
            async for row in await session.stream_scalars(query):
                yield table.__tablename__, _plain(row)


def _plain(row: Any) -> dict[str, Any]:
    mapped: Any = type(row)  # pyright: ignore[reportUnknownVariableType]  (a row of any table)
    columns: list[str] = [one.key for one in mapped.__mapper__.column_attrs if one.key not in WITHHELD]
    return {name: _value(getattr(row, name)) for name in columns}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


async def components_of(database: Database, tenant_id: str) -> list[tuple[str, str]]:
    """What its versions were sealed as: the digest of the image and of the component."""
    sealed = Version.tenant_id == tenant_id, Version.component_digest.is_not(None)
    async with database.system_reading() as session:
        found = (await session.execute(select(Version.image_digest, Version.component_digest).where(*sealed))).all()
    return [(image or "", digest or "") for image, digest in found]


async def remove(database: Database, bucket: Bucket, tenant_id: str) -> dict[str, int]:
    """Remove a tenant, the people who belong to no other, and all contents it stored. Return how many of each.

    At first nobody gets in any more and its runs are stopped; when no process carries one, all of it goes. Ended in
    the middle it is called again. Raises ConflictError when runs do not stop.
    """
    await _close(database, tenant_id)
    await _wait_for_runs(database, tenant_id)
    gone: dict[str, int] = {}
    for table in reversed(tables()):
        gone[table.__tablename__] = await _remove_all(database, table, table.tenant_id == tenant_id)
    gone |= await _remove_global(database, tenant_id)
    gone["contents"] = await bucket.delete_below(f"{tenant_id}/")
    if database.is_sqlite:
        async with database.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {name: count for name, count in gone.items() if count}


async def _close(database: Database, tenant_id: str) -> None:
    """Whoever would still come in finds no door: sessions stay, and lead nowhere without a membership."""
    async with database.system() as session:
        tenant = await session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            return
        alone = await _alone(session, tenant)
        # Kept until the end, so that what is called again knows them.
        for table in (ApiKey, Membership, OAuthGrant, Schedule, Webhook):
            await session.execute(delete(table).where(table.tenant_id == tenant_id))
        unfinished = update(Run).where(Run.tenant_id == tenant_id, Run.status != RunStatus.FINISHED)
        await session.execute(unfinished.values(cancel_requested_at=now()))
        tenant.allotted = {**tenant.allotted, "leaving": alone}
        tenant.access_version, tenant.catalog_version = tenant.access_version + 1, tenant.catalog_version + 1


async def _alone(session: AsyncSession, tenant: Tenant) -> list[str]:
    """People who belong to this tenant and to no other, and those whom its identity provider brought."""
    elsewhere = select(Membership.user_id).where(Membership.tenant_id != tenant.id)
    here = select(Membership.user_id).where(Membership.tenant_id == tenant.id)
    theirs = (User.realm == tenant.id) | (User.id.in_(here) & User.id.not_in(elsewhere))
    found = (await session.scalars(select(User.id).where(theirs))).all()
    return sorted({*found, *tenant.allotted.get("leaving", [])})


async def _wait_for_runs(database: Database, tenant_id: str) -> None:
    """Its processes see within seconds that a run is to end, or are dead, and their lease runs out."""
    for _ in range(round(_WAIT_S / _LOOK_EVERY_S)):
        async with database.system_reading() as session:
            carried = Run.tenant_id == tenant_id, Run.status == RunStatus.RUNNING, Run.lease_until > now()
            left = await session.scalar(select(func.count()).select_from(Run).where(*carried))
            built = Version.tenant_id == tenant_id, Version.lease_until > now()
            left = (left or 0) + (await session.scalar(select(func.count()).select_from(Version).where(*built)) or 0)
        if not left:
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    raise ConflictError("Runs of this tenant do not stop.", hint="Nobody gets in any more. Run it again in a minute.")


async def _remove_all(database: Database, table: Any, *where: ColumnElement[bool]) -> int:
    gone = 0
    while True:
        async with database.system() as session:
            await _leave_no_traces(session, database)
            removed = await remove_some(session, table, *where)
        gone += removed
        if not removed:
            return gone


async def _leave_no_traces(session: AsyncSession, database: Database) -> None:
    """SQLite would keep what was in a row, in a page that is marked as free."""
    if database.is_sqlite:
        await (await session.connection()).exec_driver_sql("PRAGMA secure_delete = ON")


async def _remove_global(database: Database, tenant_id: str) -> dict[str, int]:
    async with database.system() as session:
        await _leave_no_traces(session, database)
        tenant = await session.get(Tenant, tenant_id)
        alone: list[str] = [] if tenant is None else tenant.allotted.get("leaving", [])
        emails = (await session.scalars(select(User.email).where(User.id.in_(alone)))).all()
        gone: dict[str, int] = {}
        for table, where in (
            (OAuthClient, OAuthClient.owner_tenant_id == tenant_id),
            (UserSession, UserSession.only_tenant_id == tenant_id),
            (SecondStep, SecondStep.only_tenant_id == tenant_id),
            (MailToken, MailToken.email.in_(emails) if emails else false()),
            (OutgoingLetter, OutgoingLetter.email.in_(emails) if emails else false()),
            (User, User.id.in_(alone)),
            (Tenant, Tenant.id == tenant_id),
        ):
            removed: Any = await session.execute(delete(table).where(where))
            gone[table.__tablename__] = removed.rowcount
        return gone
