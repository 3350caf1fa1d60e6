"""What is typed: parameters, how they are read, and the sentences that refuse them."""
