#!/bin/bash
# Run once by the postgres image, in an empty data folder: the roles of design.md 6 and the database.
# `devstack/roles.py` makes the same for a demonstration.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" --set=purge="$PURGE_PASSWORD" <<'SQL'
create role recann_owner login password :'owner';
create role recann_app login password :'app';
create role recann_purge login password :'purge';
grant recann_app to recann_owner with inherit false, set true;
grant recann_purge to recann_owner with inherit false, set true;
create database recann owner recann_owner;
revoke all on database recann from public;
grant connect, temporary on database recann to recann_app, recann_purge;
comment on database recann is 'recann-production';
SQL
