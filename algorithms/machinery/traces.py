"""Traces: the two steps of a balancer, opening and closing, and the loop over events that is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel, kernel
from algorithms.machinery.single_requests import RequestsEntry, requests_entry

__all__ = ["Calls", "InFlight", "Place", "View", "nothing_closed"]

InFlight = NDArray[np.int64]
View = NDArray[np.uint64]
Place = Any
"""An int in Python, and np.int64 in kernels."""


@dataclass(frozen=True, eq=False)
class Calls:
    """The steps of a balancer, as kernels; nodes are known to them by their places 0 ... n - 1.

    Parameters
    ----------
    opens
        (state, in flight by place, what is seen of a request) -> the place that it goes to.
    closes
        (state, in flight by place, place) -> None, after a request has ended there. The counts are kept by
        whoever calls: in `opens` they are without the new request, in `closes` without the ended one.
    """

    opens: Kernel[[Any, InFlight, View], Place]
    closes: Kernel[[Any, InFlight, Place], None]

    @cached_property
    def single(self) -> RequestsEntry:
        """The entry of single requests, which is compiled when the first one is opened or closed."""
        return requests_entry(self.opens, self.closes)

    @cached_property
    def trace(
        self,
    ) -> Kernel[[Any, InFlight, NDArray[np.uint64], NDArray[np.int64], int, NDArray[np.int32]], None]:
        """The loop over events, compiled with these steps inside it.

        Called with the state, the requests in flight by place, (k, c) uint64 of which row i is seen of event
        i, (k,) int64 with the event whose request event i closes or -1 where it opens one, the number of the
        first event, and the places of all events, of which those from that number on are written.
        """
        opens, closes = self.opens, self.closes

        @kernel
        def trace(
            state: Any,
            in_flight: InFlight,
            views: NDArray[np.uint64],
            closing: NDArray[np.int64],
            first: int,
            places: NDArray[np.int32],
        ) -> None:
            for i in range(len(views)):
                if closing[i] < 0:
                    place = opens(state, in_flight, views[i])
                    in_flight[place] += 1
                else:
                    place = np.int64(places[closing[i]])
                    in_flight[place] -= 1
                    closes(state, in_flight, place)
                places[first + i] = place

        return trace


@kernel
def nothing_closed(state: Any, in_flight: InFlight, place: Place) -> None:
    """Do nothing: the rule takes no notice of requests that end."""
