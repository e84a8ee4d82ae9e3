"""The vocabulary of requests, and the constraints that tie each state to its timestamp."""
