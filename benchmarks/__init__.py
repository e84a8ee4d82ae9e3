"""Benchmarks: each aim as a ratio of two things measured in one run on one database. `make bench` runs them."""
