"""Whether the nights happen: their start, the clocks they go by, and the mails to officers when something is wrong."""
