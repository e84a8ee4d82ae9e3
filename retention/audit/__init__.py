"""What the records may not say, looked for each night, and until when the audit trail is kept."""
