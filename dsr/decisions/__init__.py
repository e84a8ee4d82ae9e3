"""The decisions on a request: access, correction, erasure, objection, restriction, and their certificates."""
