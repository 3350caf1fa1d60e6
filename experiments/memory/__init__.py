"""How many bytes each algorithm's structure takes."""
