"""How a request comes in: the form, the proof of identity, and what can be done at once."""
