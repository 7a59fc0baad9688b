"""The keys that sign access tokens, kept in the database so that every process signs and checks alike.

They are wrapped by the platform's ring, as tenants' keys are: whoever reads the database alone can sign nothing.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet
from sqlalchemy import select

from tenants.agents import signing_keys
from tenants.base.db import Database, now
from tenants.base.key_ring import Ring
from tenants.models import SigningKey

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068's media type
# A key signs for this long; then a new one takes over, and this one stays published while its tokens live.
ROTATE_AFTER = timedelta(days=30)
PUBLISH_FOR = ROTATE_AFTER + timedelta(hours=2)
# An unknown key id makes us look at the database again, at most this often.
_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class _Keys:
    signing: ECKey
    newest: SigningKey
    published: KeySet


class Signer:
    """Signs and checks tokens. Keys are made when the first is needed, and when the newest is too old."""

    def __init__(self, database: Database, ring: Ring) -> None:
        self._database = database
        self._ring = ring
        self._keys: _Keys | None = None
        self._looked = 0.0

    async def ready(self) -> ECKey:
        """Return the key to sign with."""
        keys = self._keys
        if keys is None or keys.newest.created_at + ROTATE_AFTER <= now():
            keys = await self._made()
        return keys.signing

    async def published(self) -> dict[str, Any]:
        """The JWKS document: public parts only."""
        keys = await self._made()
        return {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": ALGORITHM} for key in keys.published.keys]}

    def sign(self, key: ECKey, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}, claims, key)

    async def claims(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token whose signature and type are ours; None otherwise. Says nothing of its time."""
        keys = self._keys or await self._load(make=False)
        found = self._check(token, keys)
        if found is None and time.monotonic() - self._looked > _LOOK_AGAIN_S:
            found = self._check(token, await self._load(make=False))
        return found

    def _check(self, token: str, keys: _Keys | None) -> dict[str, Any] | None:
        if keys is None:
            return None
        try:
            decoded = jwt.decode(token, keys.published, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            return None
        typ = str(decoded.header.get("typ", "")).lower().removeprefix("application/")
        return decoded.claims if typ == TOKEN_TYPE else None

    async def _load(self, *, make: bool) -> _Keys | None:
        rows = await self._rows()
        if any(row.private is not None for row in rows):
            await signing_keys.wrap_plain(self._database, self._ring)
            rows = await self._rows()
        if make and (not rows or rows[0].created_at + ROTATE_AFTER <= now()):
            rows.insert(0, await self.rotate())
        self._looked = time.monotonic()
        if not rows:
            return None
        live: list[Key] = [self._opened(row) for row in rows if row.created_at + PUBLISH_FOR > now()]
        self._keys = _Keys(self._opened(rows[0]), rows[0], KeySet(live))
        return self._keys

    async def _rows(self) -> list[SigningKey]:
        async with self._database.system_reading() as session:
            return list(await session.scalars(select(SigningKey).order_by(SigningKey.created_at.desc())))

    def _opened(self, row: SigningKey) -> ECKey:
        return ECKey.import_key(signing_keys.unwrap(self._ring, row))

    async def _made(self) -> _Keys:
        keys = await self._load(make=True)
        if keys is None:
            raise RuntimeError("no signing key, although one was just made")
        return keys

    async def rotate(self) -> SigningKey:
        """Make a new key, which signs from the next look at the database on."""
        # Two processes may both make one: the newest signs, both are published.
        key = ECKey.generate_key("P-256", auto_kid=True)
        row = SigningKey(kid=key.kid, created_at=now())
        row.wrapped_by, row.wrapped = signing_keys.wrap(self._ring, row.kid, key.as_dict(private=True))
        async with self._database.system() as session:
            session.add(row)
        return row
