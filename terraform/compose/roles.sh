#!/bin/sh
# Run by PostgreSQL's image when it makes its database: one role owns the tables, another one serves
# (docs/how-to/postgresql.md).
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set owner="$OWNER_PASSWORD" --set serving="$SERVING_PASSWORD" <<'SQL'
CREATE ROLE sealwright_owner LOGIN PASSWORD :'owner';
CREATE ROLE sealwright LOGIN PASSWORD :'serving';
ALTER DATABASE sealwright OWNER TO sealwright_owner;
ALTER SCHEMA public OWNER TO sealwright_owner;
SQL
