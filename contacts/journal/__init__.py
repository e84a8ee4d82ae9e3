"""The journal outside the database: what a restore must not undo, in numbered lines, and how they leave (L11)."""
