"""Trying all that the product needs, before it opens to the world and whenever something is in doubt."""
