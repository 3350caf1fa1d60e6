"""What poor hash functions do to each algorithm."""
