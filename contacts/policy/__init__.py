"""The published policy: its versions, the one in force on a day, and what changed between two."""
