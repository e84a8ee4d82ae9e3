"""The home page of each role: tasks by date, and the figures."""
