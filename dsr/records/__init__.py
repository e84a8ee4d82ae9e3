"""What stands about a request: its timeline, its transitions, its deadlines, and what is due."""
