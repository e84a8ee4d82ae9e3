"""Other systems that hold people: what a request asks of each, how they hear of it, and what they answer (L18)."""
