"""Isolation: what another process and another thread see."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

import inspect
import sys
import threading
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from numpy.typing import NDArray

from algorithms import Capability, Partitioner
from experiments.conformance.check import Make, Refuted, check, declares
from experiments.conformance.elsewhere import ask_elsewhere
from experiments.conformance.strategies import probes
from experiments.conformance.words import first, owners, told

__all__: list[str] = []

_EVENTS = 24
_READERS = 2


@check()
def check_same_in_another_process(make: Make, data: DataObject) -> None:
    """Another process, where Python hashes strings differently, places every hash on the same node."""
    p = make(["server-a", "server-b", "server-c", "é", "節点"], seed=5)
    hashes = probes(p.hash_bits)
    question = {
        "module": type(p).__module__,
        "file": inspect.getfile(type(p)),
        "name": type(p).__qualname__,
        "nodes": list(p.nodes.values()),
        "parameters": p.parameters,
        "hashes": hashes,
    }
    here, there = owners(p, hashes), ask_elsewhere(question)
    if (here != there).any():
        row = first(here != there)
        raise Refuted(
            f"{told(p)}: hash {hashes[row]} is on {here[row]}, but in another process on {there[row]}"
        )


@check()
def check_events_are_atomic(make: Make, data: DataObject) -> None:
    """A lookup on another thread during events sees the nodes before or after one, never a mixture."""
    p = make(data.draw(st.just(4), label="nodes"))
    hashes, some_keys = probes(p.hash_bits), list(range(64))
    events = _flips(p)
    seen: list[tuple[bytes, list[str]]] = []
    rehearsal = p.copy()
    for event in [{}, *events]:
        rehearsal.change(**event)
        seen.append((rehearsal.assign(hashes).tobytes(), rehearsal.lookup_many(some_keys).tolist()))
    buckets, names = {state[0] for state in seen}, {tuple(state[1]) for state in seen}
    mixtures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                placed: NDArray[np.int32] = p.assign(hashes)
            except Exception as error:
                mixtures.append(f"assign raised {type(error).__name__}: {error}")
                continue
            if placed.tobytes() not in buckets:
                mixtures.append(
                    f"assign gave buckets {np.unique(placed).tolist()[:8]}, as in no state of the nodes"
                )
            try:
                found = p.lookup_many(some_keys).tolist()
            except Exception as error:
                mixtures.append(f"lookup_many raised {type(error).__name__}: {error}")
                continue
            if tuple(found) not in names:
                mixtures.append("lookup_many gave names as in no state of the nodes")

    readers = [threading.Thread(target=read) for _ in range(_READERS)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for reader in readers:
            reader.start()
        for event in events:
            p.change(**event)
    finally:
        done.set()
        for reader in readers:
            reader.join()
        sys.setswitchinterval(interval)
    if mixtures:
        raise Refuted(f"{told(p)}: while nodes came and went, on another thread {mixtures[0]}")


def _flips(p: Partitioner[Any]) -> list[dict[str, Any]]:
    """Return events that alternate between few nodes and many, or only add where nothing can be removed."""
    if not declares(p.spec, Capability.REMOVES_LAST):
        return [{"add": [f"extra-{i}"]} for i in range(_EVENTS)]
    extra = [f"extra-{i}" for i in range(4)]
    return [{"remove": extra} if i % 2 else {"add": extra} for i in range(_EVENTS)]
