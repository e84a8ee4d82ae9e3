"""A longer period applies to nobody who was not told of it: who is to be told, by mail and by post (L13)."""
