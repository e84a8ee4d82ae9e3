"""Importing a list: match its columns, look at what would come, import, take back."""
