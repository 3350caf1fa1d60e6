"""Caches of many nodes as compiled code: what is kept, and what goes where there is no more room.

A policy is a kernel ``cached(caches, bucket, key, room)``, which says whether a key is cached by a bucket and
has it cached afterwards; keys are whole numbers from 0. Each policy is a file.
"""

from experiments.caching.replay import POLICIES, Policy, replay

__all__ = ["POLICIES", "Policy", "replay"]
