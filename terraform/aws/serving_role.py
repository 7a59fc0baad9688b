"""Makes the role that servers connect as, or gives it the password that stands in its secret now.

Run by the migration task (migration.tf) as the owner of the database. What the role may do is `sealwright migrate
--serving-role`'s to say.
"""

import asyncio
import os

import asyncpg


async def main() -> None:
    owner = await asyncpg.connect(os.environ["SEALWRIGHT_DATABASE_URL"])
    role = await owner.fetchval("SELECT quote_ident($1)", os.environ["SERVING_ROLE"])
    password = await owner.fetchval("SELECT quote_literal($1)", os.environ["SERVING_PASSWORD"])
    known = await owner.fetchval("SELECT true FROM pg_roles WHERE quote_ident(rolname) = $1", role)
    order = "ALTER" if known else "CREATE"
    await owner.execute(f"{order} ROLE {role} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {password}")
    await owner.close()


asyncio.run(main())
