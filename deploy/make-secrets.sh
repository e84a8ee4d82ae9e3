#!/bin/sh
# Writes the secrets of docker-compose.yml into ./secrets, once: `EMAIL_URL=smtps://… sh deploy/make-secrets.sh`. What is there
# already stays. Keep a copy of suppression_key outside this machine: nothing else knows who must not be written to.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets

random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }

# The container's account has to read it, and nobody else reaches this folder.
put() {
    [ -s "secrets/$1" ] || { printf '%s' "$2" > "secrets/$1"; chmod 444 "secrets/$1"; echo "secrets/$1 is written."; }
}

[ -s secrets/email_url ] || : "${EMAIL_URL:?set EMAIL_URL to your mail server, such as smtps://user:password@host}"
put secret_key "$(random)"
put suppression_key "$(random)"
put postgres_password "$(random)"
put owner_database_url "postgres://crm:$(cat secrets/postgres_password)@db:5432/crm"
put application_password "$(random)"
put database_url "postgres://crm_app:$(cat secrets/application_password)@db:5432/crm"
put email_url "${EMAIL_URL:-}"
