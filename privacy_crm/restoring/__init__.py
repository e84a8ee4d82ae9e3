"""After a restore: doors stay closed until the journal was replayed; then staff decide what may leave again (L11)."""
