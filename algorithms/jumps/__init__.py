"""Jumps: the bucket is computed from the hash alone, by leaps that grow with the number of buckets."""
