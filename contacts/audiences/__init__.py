"""Lists that leave: who may be written to, as a file with a record of who holds it."""
