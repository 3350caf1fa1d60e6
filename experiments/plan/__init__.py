"""Which node has a key, how even the nodes are, and what moves: from a deployed program's configuration."""
