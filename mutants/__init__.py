"""Mutants of the rules that delete and forbid: each breaks one, and a test has to notice. `make mutants` runs them."""
