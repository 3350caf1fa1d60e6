"""What kernels are made of: the decorator, mixing of bits, logarithms, and searches in sorted hashes."""
