"""The platform's signing keys at rest: each wrapped by the ring's first key, in a context that names it."""

from typing import Any

import orjson
from sqlalchemy import null, select, text, update

from tenants.base.db import Database
from tenants.base.key_ring import Ring
from tenants.models import SigningKey


def wrap(ring: Ring, kid: str, private: dict[str, Any]) -> tuple[str, bytes]:
    """Return the id of the ring's key, and the private JWK wrapped by it."""
    return ring.wrap(orjson.dumps(private), SigningKey(kid=kid).wrap_context)


def unwrap(ring: Ring, row: SigningKey) -> dict[str, Any]:
    """The private JWK. Raises BadRingError when the ring's key is gone."""
    if row.wrapped is None or row.wrapped_by is None:
        raise RuntimeError(f"the signing key {row.kid} was not wrapped")
    return orjson.loads(ring.unwrap(row.wrapped_by, row.wrapped, row.wrap_context))


async def wrap_plain(database: Database, ring: Ring) -> int:
    """Wrap what an earlier release kept in plain, and wipe it. Return how many there were."""
    async with database.system() as session:
        if database.is_sqlite:
            # Else the plain key would stay in a page that is marked as free.
            await session.execute(text("PRAGMA secure_delete=ON"))
        rows = (
            await session.scalars(select(SigningKey).where(SigningKey.private.is_not(None)).with_for_update())
        ).all()
        plain = [row for row in rows if row.private is not None]
        for row in plain:
            wrapped_by, wrapped = wrap(ring, row.kid, row.private or {})
            values = {"wrapped_by": wrapped_by, "wrapped": wrapped, "private": null()}
            await session.execute(update(SigningKey).where(SigningKey.kid == row.kid).values(values))
    if database.is_sqlite and plain:
        async with database.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(plain)
