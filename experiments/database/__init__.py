"""Hashed or ranged sharding of a database: what queries over ranges of keys, and inserts in order, cost.

``python -m experiments.run database`` places records by six ways of sharding and asks them for single keys
and for ranges: shards asked, records read, the time of the slowest shard, the hottest shard, records moved.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
