"""Recipients: the register, each disclosure of a person's data, and the notices that follow it (Art. 19)."""
