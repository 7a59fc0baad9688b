"""The installation's database with the keys that open it: those that were given, or made for one that is new."""

from api.folders import open_data_dir
from api.settings import Settings
from tenants import migrations
from tenants.base.db import Database
from tenants.base.key_ring import BadRingError, Ring
from tenants.stores import platform_keys


async def open_with_keys(settings: Settings) -> Database:
    """Raises BadRingError when the keys do not open what is stored: each call would fail, with green health.

    Keys are made only for a database in which nothing needs others: what these had wrapped would be lost for good.
    """
    open_data_dir(settings)
    given = settings.ring()
    database = settings.open_database(given or Ring({}))
    try:
        await migrations.ensure(database)
        if given is None:
            database.content_keys.ring = await _made(settings, database)
        await _check(settings, database)
    except BaseException:
        await database.close()
        raise
    return database


async def _made(settings: Settings, database: Database) -> Ring:
    if await platform_keys.anything_is_wrapped(database):
        uses = await platform_keys.uses_of(database, Ring({}), rows_max=1)
        raise BadRingError(
            f"There is no {settings.keys_made_here}, and the database needs the key"
            f" {', '.join(use.key_id for use in uses)}. {_advice(settings)}"
        )
    return Ring.kept_in(settings.keys_made_here)


async def _check(settings: Settings, database: Database) -> None:
    try:
        await platform_keys.check(database, database.content_keys.ring)
    except BadRingError as error:
        raise BadRingError(f"{error} {_advice(settings)}") from error


def _advice(settings: Settings) -> str:
    return (
        f"Give the keys that this database was served with before ({settings.keys_made_here}, or what"
        " SEALWRIGHT_SECRETS_KEYS or SEALWRIGHT_SECRETS_KEYS_FILE said), from a backup if need be; none are made over"
        " what is stored."
    )
