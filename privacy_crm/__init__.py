"""The project: what stands on top of the apps and may look at all of them."""
