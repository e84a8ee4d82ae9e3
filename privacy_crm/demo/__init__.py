"""The demo company: its policy, people and stories, for development alone."""
