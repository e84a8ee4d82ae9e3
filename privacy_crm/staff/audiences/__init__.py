"""Exporting a list, and what became of each that left."""
