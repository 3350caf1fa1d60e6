"""What is kept: rows with exact types, files that appear whole or not at all, and what made them."""
