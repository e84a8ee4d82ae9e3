"""Proof that a request was answered: sealed when it closes, opened with a reason, gone at its end (ADR 0078)."""
