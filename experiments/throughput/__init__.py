"""Lookups per second, beside a copy of memory and other libraries."""
