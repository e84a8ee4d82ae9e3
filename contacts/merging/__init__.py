"""Possible duplicates, and merging two records of one person."""
