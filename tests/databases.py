"""Empty, migrated databases of both kinds: migrated once, then copied for each test."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from tenants import migrations
from tenants.base.db import Database
from tenants.base.key_ring import Ring

_DRIVER: Any = asyncpg  # it has no types
_TEMPLATE = "migrated"
# Every test's platform key.
RING = Ring({"k1": b"k1".ljust(32, b".")})
_made: set[str] = set()


async def fresh_sqlite(folder: Path, tmp_path: Path) -> Database:
    template = folder / f"{_TEMPLATE}.db"
    if not template.exists():
        await _migrate(f"sqlite+aiosqlite:///{template}")
    shutil.copy(template, tmp_path / "test.db")
    return Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", RING)


async def fresh_postgres(url: str, tmp_path: Path) -> Database:
    """Return a new database beside `url`'s, which is the maintenance database."""
    if url not in _made:
        await _order(url, f"CREATE DATABASE {_TEMPLATE}")
        await _migrate(_beside(url, _TEMPLATE))
        _made.add(url)
    name = f"t{abs(hash(tmp_path))}"
    await _order(url, f'CREATE DATABASE "{name}" TEMPLATE {_TEMPLATE}')
    return Database(_beside(url, name), RING)


@asynccontextmanager
async def fresh(request: pytest.FixtureRequest, made: pytest.TempPathFactory, folder: Path) -> AsyncGenerator[Database]:
    """An empty, migrated database of the kind that a fixture's parameter names."""
    if request.param == "sqlite":
        opened = await fresh_sqlite(made.getbasetemp(), folder)
        yield opened
        await opened.close()
        return
    maintenance = request.getfixturevalue("postgres")
    opened = await fresh_postgres(maintenance, folder)
    yield opened
    await opened.close()
    await drop_postgres(maintenance, opened)


async def drop_postgres(url: str, database: Database) -> None:
    """Remove it at once, mostly before it was ever written to disk."""
    await _order(url, f'DROP DATABASE "{make_url(database.url).database}" WITH (FORCE)')


def _beside(url: str, name: str) -> str:
    return url.replace("@/app", f"@/{name}")


async def _order(url: str, sql: str) -> None:
    maintenance = await _DRIVER.connect(url.replace("+asyncpg", ""))
    await maintenance.execute(sql)
    await maintenance.close()


async def _migrate(url: str) -> None:
    database = Database(url, RING)
    await migrations.upgrade(database)
    await database.close()
