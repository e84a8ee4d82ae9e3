"""The admin site: its frame, its look and its search."""
