#!/bin/bash
# Run once by the postgres image of the keys, in an empty data folder: one role, one database.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=keys="$KEYS_PASSWORD" <<'SQL'
create role recann_keys login password :'keys';
create database recann_keys owner recann_keys;
revoke all on database recann_keys from public;
comment on database recann_keys is 'recann-production';
SQL
