"""What the pages of all records share: acts and their dialogs, lists and forms, and the fresh second factor."""
