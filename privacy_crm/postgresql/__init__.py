"""Django's backend for PostgreSQL, which sets what each connection is limited to after it has connected (ADR 0048)."""
