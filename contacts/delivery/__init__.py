"""Sending what the outbox owes: the last check before each mail, and the words of every letter."""
