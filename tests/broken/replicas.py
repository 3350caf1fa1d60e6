"""Wrong replicas: not distinct, or not stable."""

from __future__ import annotations

from typing import Any

from algorithms.scores.rendezvous import Bidders, Rendezvous
from broken import caught_by


@caught_by("replicas_distinct")
class AllOnOne(Rendezvous):
    """Puts all replicas on the first node."""

    def _place_replicas(self, structure: Bidders, hashes: Any, out: Any) -> None:
        super()._place_replicas(structure, hashes, out)
        out[:] = out[:, :1]


@caught_by("replicas_distinct")
class FirstIsElsewhere(Rendezvous):
    """Lists the node of the key last."""

    def _place_replicas(self, structure: Bidders, hashes: Any, out: Any) -> None:
        super()._place_replicas(structure, hashes, out)
        out[:] = out[:, ::-1].copy()


@caught_by("more_replicas_go_on")
class OrderTurnsWithCount(Rendezvous):
    """Turns the list round, but for its first node."""

    def _place_replicas(self, structure: Bidders, hashes: Any, out: Any) -> None:
        super()._place_replicas(structure, hashes, out)
        out[:, 1:] = out[:, :0:-1].copy()


@caught_by("replicas_lose_only_removed", "replicas_gain_only_new")
class NextBuckets(Rendezvous):
    """Takes the next buckets for the further replicas, so that an event moves most of them."""

    def _place_replicas(self, structure: Bidders, hashes: Any, out: Any) -> None:
        live = sorted(structure.buckets.tolist())
        for row, first in enumerate(self.assign(hashes).tolist()):
            at = live.index(first)
            out[row] = [live[(at + step) % len(live)] for step in range(out.shape[1])]
