"""An older database is brought up to date with everything that was in it."""

import hashlib
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import insert, select

from tenants import migrations
from tenants.base.db import Base, Database, now
from tenants.base.tenancy import TenantOwned
from tenants.models import ApiKey, AuditEvent, OAuthClient, OAuthGrant, Schedule, Tenant, Tool, User, Version
from tests.databases import RING

BEFORE = "0007"
ROWS = (
    "INSERT INTO tenants (id, slug, name, policy, catalog_version, created_at)"
    " VALUES ('ten_1', 'acme', 'Acme', '{}', 0, '2026-01-01')",
    "INSERT INTO users (id, email, name, created_at) VALUES ('usr_1', 'ann@acme.example', 'Ann', '2026-01-01')",
    "INSERT INTO memberships (id, tenant_id, user_id, role, created_at)"
    " VALUES ('mem_1', 'ten_1', 'usr_1', 'owner', '2026-01-01')",
)


async def test_a_table_made_anew_takes_nothing_along_that_refers_to_it(tmp_path: Path) -> None:
    """SQLite cannot change a constraint: the table is dropped, and what refers to its rows must not go with it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}", RING)
    await migrations.upgrade(database, BEFORE)
    async with database.engine.begin() as connection:
        for row in ROWS:
            await connection.exec_driver_sql(row)
    await migrations.upgrade(database)
    async with database.engine.begin() as connection:
        kept = (await connection.exec_driver_sql("SELECT user_id, role FROM memberships")).all()
        people = (await connection.exec_driver_sql("SELECT id, realm, email FROM users")).all()
        guarded = (await connection.exec_driver_sql("PRAGMA foreign_keys")).scalar()
    await database.close()
    assert [tuple(row) for row in kept] == [("usr_1", "owner")]
    assert [tuple(row) for row in people] == [("usr_1", "", "ann@acme.example")]
    assert guarded == 1


async def test_who_answers_for_what_was_made_before_is_found_out(database: Database) -> None:
    """On both kinds: keys that keys made, schedules of agents, and the person behind what a machine wrote."""
    client, person = "cli_1", "usr_1"
    principal = f"agt_{hashlib.sha256(f'{client} {person}'.encode()).hexdigest()[:26]}"
    agent = {"kind": "agent", "id": principal, "label": "ci", "user_id": None}
    maker = {"kind": "api_key", "id": "key_1", "label": "k", "user_id": person}
    moment = now()
    async with database.engine.begin() as connection:
        scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
        script = scripts.get_revision("0017").module
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("SELECT set_config('app.system', 'on', true)")
        rows: list[tuple[type[Base], dict[str, Any]]] = [
            (Tenant, {"id": "ten_1", "slug": "acme", "name": "A", "policy": {}, "allotted": {}}),
            (User, {"id": person, "email": "a@x.example", "name": "A"}),
            (OAuthClient, {"id": client, "client_id": "swi_1", "source": "manual", "details": {}}),
            (OAuthGrant, {"id": "gra_1", "client_ref": client, "user_id": person, "resource": "r", "scopes": []}),
            (ApiKey, {"id": "key_2", "name": "k", "prefix": "sw_", "token_hash": "h", "user_id": person, "scopes": []}),
            (AuditEvent, {"id": "evt_1", "seq": 1, "action": "key.created", "subject": "key_2", "actor": maker,
                          "prior_hash": "", "hash": ""}),
            (
                AuditEvent,
                {
                    "id": "evt_2", "seq": 2, "action": "client.created", "subject": "swi_1", "actor": maker,
                    "prior_hash": "", "hash": "",
                },
            ),
            (Schedule, {"id": "sch_1", "tool_name": "t", "cron": "* * * * *", "zone": "UTC", "missed": "skip",
                        "arguments": {}, "created_by": agent}),
            (Tool, {"id": "tol_1", "name": "t", "spec": {}, "created_by": agent}),
            (Version, {"id": "ver_1", "tool_id": "tol_1", "tool_name": "t", "number": 1, "state": "live", "spec": {},
                       "author": agent}),
        ]  # fmt: skip
        for kind, given in rows:
            owned = {"tenant_id": "ten_1"} if issubclass(kind, TenantOwned) else {}
            dated = {"created_at": moment} if "created_at" in kind.__table__.columns else {}
            await connection.execute(insert(kind.__table__).values(**given, **owned, **dated))  # pyright: ignore[reportArgumentType]
        await connection.run_sync(script.name_all)
        await connection.run_sync(scripts.get_revision("0018").module.name_makers)
        clients = (await connection.exec_driver_sql("SELECT made_by FROM oauth_grants")).scalar()
        keys = (await connection.exec_driver_sql("SELECT made_by FROM api_keys")).scalar()
        grants = (await connection.exec_driver_sql("SELECT grant_id FROM schedules")).scalar()
        author = (await connection.execute(select(Version.__table__.c.author))).scalar()
    assert (keys, grants, clients) == ("key_1", "gra_1", "key_1")
    assert author == {**agent, "user_id": person}
