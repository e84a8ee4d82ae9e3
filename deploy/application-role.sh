#!/bin/sh
# Makes the role of the application, with its password; a role that is there gets the password. PostgreSQL's image runs
# this once it has made the database. In one that is there already, or for another password:
# `docker compose exec db sh /docker-entrypoint-initdb.d/application-role.sh`. What the role may do comes with `migrate`.
set -e
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set password `cat "${APPLICATION_PASSWORD_FILE:-/run/secrets/application_password}"`
SELECT 'CREATE ROLE crm_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_app') \gexec
ALTER ROLE crm_app PASSWORD :'password';
SQL
