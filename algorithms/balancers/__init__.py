"""Balancers: a request goes where the requests in flight let it."""
