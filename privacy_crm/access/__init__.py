"""How members of staff get in, prove a second factor, and look after their own account (ADR 0017)."""
