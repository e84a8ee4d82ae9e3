"""The list of contacts, a person's page, and everything that staff do on it."""
