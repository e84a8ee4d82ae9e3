"""Answering a request: refusing, restricting, closing, remedies, and how long closed requests are kept."""
