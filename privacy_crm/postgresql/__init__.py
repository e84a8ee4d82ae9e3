"""Django's backend for PostgreSQL, whose connections have limits (ADR 0048), and the two roles of the database."""
