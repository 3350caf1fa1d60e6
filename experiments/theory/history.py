"""What minimal movement and freedom from history cannot have together."""

from __future__ import annotations

from fractions import Fraction


def least_without_history(nodes: int) -> Fraction:
    """Least mean movement of a replacement where a placement depends on the set of nodes alone: 2 / (n + 1).

    Among n + 1 names, let S_i be all but name i, and g(i) != i the node of one key in S_i. Replacing j by i
    leads from S_i to S_j, and the key stays only if g(i) = g(j). With c_v of the g equal to v, it stays in
    sum C(c_v, 2) of the C(n + 1, 2) replacements, where c_v <= n since g(v) != v; the sum is convex, hence at
    most C(n, 2). So a key moves in n or more of n (n + 1) / 2 replacements: a share of 2 / (n + 1) of them.
    This holds key by key, for any shares and any hashing, where a replacement need move 1 / n alone.
    Rendezvous and a ring move just that much (`replaced`): no placement without a history moves less than
    they do. Derived here.

    Examples
    --------
    >>> least_without_history(16)
    Fraction(2, 17)
    """
    if nodes < 1:
        raise ValueError(f"{nodes} nodes; give at least 1")
    return Fraction(2, nodes + 1)
