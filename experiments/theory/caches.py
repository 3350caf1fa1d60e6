"""Laws of caches: hits of LRU, how much of a cache is still of use, and misses that a movement causes.

Requests are independent: item i is asked for with rate r_i; the sum of all rates is 1, so times are counted
in requests. G(t) = sum 1 - exp(-r t) is how many different items are asked for during t, and G'(t) how likely
a request is for an item that was not asked for during t.

**Che's approximation.** An item leaves a cache of C entries that has a share s of all items when it was not
asked for during T, the same for all: s G(T) = C. Of its requests the part 1 - G'(T) are hits.

**Working set.** The first request for a key after a moment would be a hit if age and rest of the interval
that the moment falls into are together shorter than T. Such an interval is longer than others: both parts are
exponential, so the sum over items is G(T) - T G'(T), which is less than the C entries: the others leave
before anybody asks for them.

**An event.** A key that has another node afterwards is missed once, if it would have been a hit. One that
stays is a hit if during its age a and rest r not more than C items came to its node: those that stay during
both, those that go during a, those that come during r. With an empty cache none stays.

Sources: Che, Tung & Wang, "Hierarchical Web caching systems", IEEE JSAC 20(7), 2002 (T); Fagin, "Asymptotic
miss ratios over independent references", JCSS 14, 1977 (its limit); Fricker, Robert & Roberts, "A versatile
and accurate approximation for LRU cache performance", ITC 24, 2012 (why it is so near). Working set and event
are our own derivation from it, by the paradox of inspection; simulation is their test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Demand", "Share"]

Floats = NDArray[np.float64]

_POINTS = 512
_BAND = 0.005
_AGES = 400
_HALVINGS = 50


class Share(NamedTuple):
    """What an event does to a node's part of all items, and its cache.

    ``stay`` are items that it has before and after, with what it has cached of them, ``go`` those that it has
    before only, ``come`` those that it has after only: fractions of all items.
    """

    stay: float
    go: float
    come: float
    entries: float


class Demand:
    """How often each item is asked for.

    Parameters
    ----------
    rates
        In any unit; items that nobody asks for are left out.

    Examples
    --------
    >>> demand = Demand(np.ones(100))
    >>> time = demand.time(1.0, 50)
    >>> round(time, 1), round(demand.hits(1.0, 50), 3), round(demand.working_set(1.0, 50), 1)
    (69.3, 0.5, 15.3)
    """

    def __init__(self, rates: Floats) -> None:
        asked = rates[rates > 0] / rates.sum()
        self.items = len(asked)
        # items of nearly the same rate are taken together: half a percent apart, the sums differ by 1e-6
        bands = np.unique(np.round(np.log(asked) / _BAND), return_inverse=True)[1]
        counts = np.bincount(bands).astype(np.float64)
        means = np.bincount(bands, weights=asked) / counts
        self._times = np.concatenate([[0.0], np.geomspace(0.01, 40 / asked.min(), _POINTS)])
        left = np.exp(-means * self._times[:, None])
        self._distinct = (1 - left) @ counts
        self._slope = left @ (counts * means)

    def distinct(self, time: Floats) -> Floats:
        """Return how many different items are asked for during a time: G."""
        return np.asarray(np.interp(time, self._times, self._distinct), dtype=np.float64)

    def fresh(self, time: Floats) -> Floats:
        """Return how likely a request is for an item that was not asked for during a time: G'."""
        return np.asarray(np.interp(time, self._times, self._slope), dtype=np.float64)

    def time(self, share: float, entries: float) -> float:
        """Return T of a cache of so many entries with a share of all items; infinite where all have room."""
        if not entries > 0:
            raise ValueError(f"a cache has at least one entry, not {entries:g}")
        if share * self._distinct[-1] <= entries:
            return float("inf")
        return float(np.interp(entries / share, self._distinct, self._times))

    def hits(self, share: float, entries: float) -> float:
        """Return which part of all requests are hits of a cache with a share of the items."""
        return share * (1 - float(self.fresh(np.array(self.time(share, entries)))))

    def working_set(
        self, share: float, entries: float, before: float = np.inf, after: float = np.inf
    ) -> float:
        """Return how many cached items are asked for before they leave.

        Requests began a time before the moment, and end a time after it.
        """
        time = self.time(share, entries)
        ages = self._ages(min(time, before))
        return share * self._asked(ages, np.minimum(time - ages, after))

    def caused(self, shares: Sequence[Share], before: float = np.inf, after: float = np.inf) -> float:
        """Return the misses of an event beyond those of the same nodes, had they always had these items."""
        whole = 0.0
        for share in shares:
            if share.stay + share.come > 0:
                whole += self.working_set(share.stay + share.come, share.entries, before, after)
            if share.stay > 0:
                whole -= share.stay * self._kept(share, before, after)
        return whole

    def _kept(self, share: Share, before: float, after: float) -> float:
        """Return how many items that stay would be hits at their first request, if all items stayed."""
        stay, go, come, entries = share
        ages = self._ages(min(self.time(stay + go, entries), before))
        low, high = np.zeros(len(ages)), np.full(len(ages), min(self._times[-1], after))
        for _ in range(_HALVINGS):
            rest = (low + high) / 2
            came = stay * self.distinct(ages + rest) + go * self.distinct(ages) + come * self.distinct(rest)
            low, high = np.where(came <= entries, rest, low), np.where(came <= entries, high, rest)
        return self._asked(ages, low)

    def _ages(self, most: float) -> Floats:
        most = min(most, float(self._times[-1]))
        ages: Floats = np.concatenate([[0.0], np.geomspace(min(0.01, most / 2), most, _AGES)])
        return ages

    def _asked(self, ages: Floats, rest: Floats) -> float:
        """Return how many items have an age and are asked for within the rest that goes with it."""
        return float(np.trapezoid(self.fresh(ages) - self.fresh(ages + np.maximum(rest, 0)), ages))
