"""Finding what is held about a person beyond their record, and what an answer would propose."""
