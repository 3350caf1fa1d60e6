"""Caches as kernels: the same hits as plain readings, whatever the room and the nodes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.caching import POLICIES, replay
from experiments.caching.replay import held
from tests.oracles.caches import PLAIN


def hits_of(policy: str, caches: object, keys: np.ndarray, placed: np.ndarray, room: list[int]) -> list[bool]:
    hits = np.zeros(len(keys), dtype=np.bool_)
    replay(policy, caches, keys, placed, np.array(room), hits)
    return list(hits)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_has_the_hits_of_its_plain_reading(policy: str) -> None:
    rng = np.random.default_rng(7)
    for case in range(60):
        distinct = int(rng.integers(1, 40))
        buckets = int(rng.integers(1, 4))
        room = rng.integers(1, 12, buckets).tolist()
        placed = rng.integers(0, buckets, distinct).astype(np.int32)
        keys = (distinct * rng.random(400) ** 2).astype(np.int32)
        caches = POLICIES[policy].make(buckets, distinct)
        plain = [PLAIN[policy](entries) for entries in room]
        expected = [plain[placed[key]].ask(int(key)) for key in keys]
        assert hits_of(policy, caches, keys[:200], placed, room) == expected[:200], case
        assert hits_of(policy, caches, keys[200:], placed, room) == expected[200:], case


@pytest.mark.parametrize("policy", POLICIES)
def test_an_emptied_cache_is_one_that_has_seen_nothing(policy: str) -> None:
    keys = np.array([0, 1, 2, 1, 0, 3, 0, 1, 0, 1], dtype=np.int32)
    placed = np.zeros(4, dtype=np.int32)
    used, fresh = POLICIES[policy].make(1, 4), POLICIES[policy].make(1, 4)
    hits_of(policy, used, keys, placed, [2])
    used.empty(0)
    assert not held(used, placed).any()
    assert hits_of(policy, used, keys, placed, [2]) == hits_of(policy, fresh, keys, placed, [2])


@pytest.mark.parametrize("policy", POLICIES)
def test_no_more_than_its_room_is_held(policy: str) -> None:
    keys = np.arange(50, dtype=np.int32) % 13
    caches, placed = POLICIES[policy].make(1, 13), np.zeros(13, dtype=np.int32)
    for end in range(1, 51):
        hits_of(policy, caches, keys[end - 1 : end], placed, [5])
        assert held(caches, placed).sum() == min(end, 5)
        assert held(caches, placed)[keys[end - 1]]


def test_sieve_keeps_what_was_asked_for_again_where_lru_keeps_what_came_last() -> None:
    """The scan 2 3 drives 0 out of LRU, and then 1; SIEVE lets 2 go."""
    keys, placed = np.array([0, 1, 0, 1, 2, 3, 0, 1], dtype=np.int32), np.zeros(5, dtype=np.int32)
    hits = {name: hits_of(name, POLICIES[name].make(1, 5), keys, placed, [3])[-2:] for name in POLICIES}
    assert hits == {"lru": [False, False], "sieve": [True, True]}
