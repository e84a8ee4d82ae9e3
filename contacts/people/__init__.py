"""A person's record: activity and clocks, organisation and agreements, changes of address, and erasure."""
