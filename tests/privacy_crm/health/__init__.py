"""What is seen of the product from outside."""
