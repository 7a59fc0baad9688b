"""Empty, migrated databases of both kinds: migrated once, then copied for each test."""

import shutil
from pathlib import Path
from typing import Any

import asyncpg

from tenants import migrations
from tenants.db import Database

_DRIVER: Any = asyncpg  # it has no types
_TEMPLATE = "migrated"
_made: set[str] = set()


async def fresh_sqlite(folder: Path, tmp_path: Path) -> Database:
    template = folder / f"{_TEMPLATE}.db"
    if not template.exists():
        await _migrate(f"sqlite+aiosqlite:///{template}")
    shutil.copy(template, tmp_path / "test.db")
    return Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")


async def fresh_postgres(url: str, tmp_path: Path) -> Database:
    """Return a new database beside `url`'s, which is the maintenance database."""
    if url not in _made:
        await _create(url, _TEMPLATE)
        await _migrate(_beside(url, _TEMPLATE))
        _made.add(url)
    name = f"t{abs(hash(tmp_path))}"
    await _create(url, name, f"TEMPLATE {_TEMPLATE}")
    return Database(_beside(url, name))


def _beside(url: str, name: str) -> str:
    return url.replace("@/app", f"@/{name}")


async def _create(url: str, name: str, how: str = "") -> None:
    maintenance = await _DRIVER.connect(url.replace("+asyncpg", ""))
    await maintenance.execute(f'CREATE DATABASE "{name}" {how}')
    await maintenance.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrations.upgrade(database.engine)
    await database.close()
