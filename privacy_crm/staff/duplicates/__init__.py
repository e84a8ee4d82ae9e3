"""Possible duplicates, side by side, and their merge."""
