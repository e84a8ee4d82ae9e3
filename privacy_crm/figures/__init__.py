"""What the home pages count, and how the numbers are remembered and drawn."""
