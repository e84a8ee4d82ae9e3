"""The report on one person: what we did with their data and why, read from the records, for an authority (ADR 0082)."""
