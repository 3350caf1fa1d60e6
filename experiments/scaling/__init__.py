"""What moves when a cluster changes size."""
