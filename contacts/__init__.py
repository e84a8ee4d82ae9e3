"""The people: why we hold each of them, how they come in, whether we may write to them, and how they go."""
