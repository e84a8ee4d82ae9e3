"""What the records may not say, looked for each night; until when the audit trail is kept, and whether it was bent."""
