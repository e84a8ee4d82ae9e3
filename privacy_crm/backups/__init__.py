"""Backups of the database and the media, how they are restored, and how old the oldest may be (L11)."""
