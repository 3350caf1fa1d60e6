"""Load per node, beside the law that it should follow."""
