"""When a reason to hold somebody lapses: calendar months, the reasons that are due, and the last day of each person."""
