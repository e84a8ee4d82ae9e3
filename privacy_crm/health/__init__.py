"""What is seen of the product from outside: whether it lives, is ready, and does its jobs."""
