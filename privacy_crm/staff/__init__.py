"""The pages of staff that show several apps at once, a room for each kind of work."""
