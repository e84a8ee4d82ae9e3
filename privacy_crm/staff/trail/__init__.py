"""The audit trail in words: who did what, to which person, when and on which page (ADR 0080)."""
