"""The keys that sign access tokens: nothing in the database lets its reader sign."""

from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select

from api.oauth.signing import Signer
from tenants.agents import signing_keys
from tenants.base.db import Database, now
from tenants.base.key_ring import BadRingError, Ring
from tenants.models import SigningKey
from tenants.stores import platform_keys

FIRST, BOTH, SECOND = Ring({"k1": b"1" * 32}), Ring({"k2": b"2" * 32, "k1": b"1" * 32}), Ring({"k2": b"2" * 32})


async def rows(database: Database) -> list[SigningKey]:
    async with database.system_reading() as session:
        return list(await session.scalars(select(SigningKey)))


async def everything_in(database: Database, folder: Path) -> bytes:
    """What a thief gets: the files on SQLite, the rows on PostgreSQL."""
    kept = repr([vars(row) for row in await rows(database)]).encode()
    return kept + b"".join(path.read_bytes() for path in folder.glob("test.db*"))


async def test_no_private_key_is_found_in_the_database(database: Database, tmp_path: Path) -> None:
    signer = Signer(database, FIRST)
    key = await signer.ready()
    token = signer.sign(key, {"sub": "ann"})
    private = key.as_dict(private=True)["d"]
    assert isinstance(private, str)
    assert private.encode() not in await everything_in(database, tmp_path)
    assert [(row.private, row.wrapped_by) for row in await rows(database)] == [(None, "k1")]
    # Another process opens the same key with the same ring.
    assert await Signer(database, FIRST).claims(token) == {"sub": "ann"}


async def test_a_key_that_was_kept_in_plain_is_wrapped_and_wiped(database: Database, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    private = key.as_dict(private=True)
    async with database.system() as session:
        session.add(SigningKey(kid=key.kid, private=dict(private), created_at=now()))
    await platform_keys.check(database, FIRST)  # as at each start: there is nothing yet that could be opened
    secret = str(private["d"]).encode()
    assert secret in await everything_in(database, tmp_path)
    signer = Signer(database, FIRST)
    token = signer.sign(key, {"sub": "ann"})
    assert await signer.claims(token) == {"sub": "ann"}
    assert (await signer.ready()).kid == key.kid
    assert secret not in await everything_in(database, tmp_path)


async def test_keys_follow_the_ring_when_its_first_key_changes(database: Database) -> None:
    key = await Signer(database, FIRST).ready()
    assert await platform_keys.wrap_anew(database, BOTH) == 1
    assert await platform_keys.wrap_anew(database, BOTH) == 0
    assert (await Signer(database, SECOND).ready()).kid == key.kid
    with pytest.raises(BadRingError, match="k2"):
        await Signer(database, FIRST).ready()


def test_a_wrapped_key_opens_under_its_own_name_only() -> None:
    private = dict(ECKey.generate_key("P-256").as_dict(private=True))
    wrapped_by, wrapped = signing_keys.wrap(FIRST, "one", private)
    with pytest.raises(BadRingError, match="is not the one"):
        signing_keys.unwrap(FIRST, SigningKey(kid="other", wrapped_by=wrapped_by, wrapped=wrapped))
    assert signing_keys.unwrap(FIRST, SigningKey(kid="one", wrapped_by=wrapped_by, wrapped=wrapped)) == private
