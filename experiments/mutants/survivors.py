"""Mutants of the profile `full` that no check kills, each with the reason: survivors and equivalent ones."""

from __future__ import annotations

from collections.abc import Mapping

NEVER = "no placement with the default parameters goes that way, and mutants have these"

REASONS: Mapping[str, str] = {
    "anchor__edit_d668fd5e": "another capacity, which nobody promises; golden placements tell them apart",
    "bounded__edit_5ccd00fa": "that nobody is above its cap is promised by no capability; the oracle of "
    "bounded and its law tell them apart",
    "cassandra__edit_932e9a7b": "both ways make the same circle, one of them sooner",
    "choose__highest_bucket_joins": "which free bucket a new node takes is the algorithm's own rule; golden "
    "placements tell them apart",
    "elasticsearch__in_two_steps": "it only grows: until the second step all answers are those of before, "
    "so no lookup sees a mixture",
    "flip__stale_structure": "nothing is kept but how many buckets there are, which has not changed",
    "haproxy_consistent__edit_7b8af9f5": NEVER,
    "icws__edit_35c6b63c": "the cut is for a rounding up to n, which none of the hashes has",
    "jumpback_anchor__edit_94e9d662": "where they are equal nothing is drawn again either way: what is left "
    "over is below n",
    "ketama__edit_f565bf37": "all points lie within the circle of the keys, whose function is theirs",
    "key_range__edit_85c9659e": NEVER,
    "lrh__edit_06f24de1": "other nodes are candidates; lrh promises neither equal shares nor the fewest "
    "moves, and its oracle tells them apart",
    "mongodb_hashed__edit_77078269": NEVER,
    "nginx_hash__edit_93b1453c": NEVER,
    "nginx_ip_hash__bias_of_a_thousandth": "of 6,271 values a share may be one off, 32 of 200,000 hashes; "
    "what is beyond that, 956 for 810 of 257 nodes, is not significant at a hundredth of the level",
    "nginx_ip_hash__edit_1a960c81": NEVER,
    "postgresql_hash__edit_c9ae3438": NEVER,
    "ring__edit_cc6ef096": NEVER,
    "rendezvous__edit_1ebc2234": "nodes that all weigh 1 are drawn seldom where weights are: twenty examples "
    "do not meet two of them, and of sixty replicas_distinct is refuted by the 46th",
    "weighted_dx__edit_e9821410": "it differs for weights below 3/32 alone, which have one slot: drawn so "
    "seldom that no search has met one",
}
"""Why a mutant lives, by its name; each was looked at."""
