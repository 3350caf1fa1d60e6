"""Jump and rendezvous in C by hand, in vector instructions: the hardest to be ahead of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.peers.compiled import library, why_not
from experiments.peers.loops import call_of
from experiments.peers.peer import CallOf, Task, peer

VECTORS = Path(__file__).with_suffix(".c")


def _cannot_jump() -> str | None:
    reason = why_not(VECTORS)
    if reason is None and not hasattr(library(VECTORS), "jump_vectors"):
        return "this processor has no AVX-512"
    return reason


@peer("C vectors of jump", beside="jump", mode="batch", written_in="C", same=True, needs=_cannot_jump)
def jump(task: Task) -> CallOf:
    """Get the loop over jumps in vectors ready."""
    return call_of(task, VECTORS, "jump_vectors", lambda ours: (len(ours.nodes),))


@peer(
    "C vectors of rendezvous",
    beside="rendezvous",
    mode="batch",
    written_in="C",
    same=True,
    one_weight=True,
    needs=partial(why_not, VECTORS),
)
def rendezvous(task: Task) -> CallOf:
    """Get the loop over bids in vectors ready, for nodes of one weight."""

    def bidders(ours: Any) -> Sequence[Any]:
        seeds, _, _, buckets = ours._state.structure
        return seeds, buckets, len(seeds)

    return call_of(task, VECTORS, "rendezvous_vectors", bidders)
