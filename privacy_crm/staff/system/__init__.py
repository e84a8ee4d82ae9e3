"""The page "System": how the product runs, in words, for administrators. It has no secret and names nobody."""
