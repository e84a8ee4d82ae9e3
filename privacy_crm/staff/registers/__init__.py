"""Registers for officer and auditor: the record of processing, the data map, reviews with their evidence."""
