"""How people come in: forms, limits, proof of the mailbox, walk-ins, and whitepapers on request."""
