"""What poor hash functions do to each algorithm: the loads of `balance`, one function beside the other."""

from __future__ import annotations
