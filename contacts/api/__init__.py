"""The second door to the sign-up form: JSON under /api/v1/, for the company's websites and servers (ADR 0012)."""
