"""Mutants of the profile `full` that no check kills, each with the reason: survivors and equivalent ones."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REASONS", "shown_equivalent"]

GIVEN = "it is reached where {} alone, which no variant has: other tests have to see it"
PROOF = "equivalent: "
"""How a reason begins that shows that a mutant is none."""

REASONS: Mapping[str, str] = {
    "anchor__edit_d668fd5e": "another capacity, which nobody promises; golden placements tell them apart",
    "bounded__edit_5ccd00fa": "that nobody is above its cap is promised by no capability; the oracle of "
    "bounded and its law tell them apart",
    "cassandra__edit_932e9a7b": PROOF + "without tokens both ways make the same circle, one of them "
    "sooner, and with tokens an event is refused before",
    "choose__highest_bucket_joins": "which free bucket a new node takes is the algorithm's own rule; golden "
    "placements tell them apart",
    "elasticsearch__in_two_steps": "for a moment nodes has the new node and lookups do not; as it only "
    "grows each answer by itself is right, and no check compares two",
    "flip__stale_structure": PROOF + "nothing is kept but how many buckets there are, which has not changed",
    "haproxy_consistent__edit_7b8af9f5": "ids from -1 and not from 1, where numbering=bucket: other "
    "points, as even and as minimal; the recorded ones tell them apart",
    "icws__edit_35c6b63c": "the cut is for samples that rounding lifts to n: some of 10^15 hashes, and "
    "none of those that were asked",
    "jumpback_anchor__edit_94e9d662": PROOF + "where they are equal nothing is drawn again, as what "
    "is left over is below n",
    "ketama__edit_f565bf37": PROOF + "the point that closes a cut circle lies at the last hash or "
    "beyond it, and the arcs are the same",
    "key_range__edit_85c9659e": GIVEN.format("boundaries are given"),
    "lrh__edit_06f24de1": "other nodes are candidates; lrh promises neither equal shares nor the fewest "
    "moves, and its oracle tells them apart",
    "mongodb_hashed__edit_77078269": GIVEN.format("chunks are given"),
    "nginx_hash__edit_93b1453c": GIVEN.format("servers are down"),
    "nginx_ip_hash__bias_of_a_thousandth": "of 6,271 values a share may be one off, 32 of 200,000 hashes; "
    "what is beyond that, 956 for 810 of 257 nodes, is not significant at a hundredth of the level",
    "nginx_ip_hash__edit_1a960c81": GIVEN.format("servers are down"),
    "postgresql_hash__edit_c9ae3438": GIVEN.format("partitions are given"),
    "ring__edit_cc6ef096": "where serves=successor and a point is at the last hash but one, the last hash"
    " has it, and not the first point of all: as even and as minimal; its oracle tells them apart",
}
"""Why a mutant lives, by its name; each was looked at."""


_ELSEWHERE: Mapping[str, str] = {
    "jump__stale_structure": PROOF + "nothing is kept but how many buckets there are, which has not changed",
}
"""The same of mutants that are not in the profile `full`."""


def shown_equivalent(mutant: str) -> bool:
    """Return whether a mutant in which no difference was found is shown to have none.

    Examples
    --------
    >>> shown_equivalent("flip__stale_structure"), shown_equivalent("nginx_hash__edit_93b1453c")
    (True, False)
    """
    return {**_ELSEWHERE, **REASONS}.get(mutant, "").startswith(PROOF)
