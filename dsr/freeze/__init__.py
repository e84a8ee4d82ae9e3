"""Holding a person's data still while a request is open."""
