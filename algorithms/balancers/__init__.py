"""Balancers: each sees the requests in flight, one file each."""
