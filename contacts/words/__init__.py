"""The vocabulary: scenarios, categories of data, channels, legal bases, and how an address is written."""
