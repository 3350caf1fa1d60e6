"""The engine: results in order, whatever the threads; memory bounded; errors and early ends."""

from __future__ import annotations

import math
import threading

import pytest

from experiments.harness.engine import Engine


def uneven(chunk: int) -> float:
    """Give floats whose sum depends on the order in which they are added."""
    return math.sin(chunk) * 10.0 ** (chunk % 17)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_a_sum_of_floats_is_the_same_for_any_number_of_threads(threads: int) -> None:
    expected = 0.0
    for chunk in range(500):
        expected += uneven(chunk)
    assert expected != sum(uneven(chunk) for chunk in reversed(range(500)))
    with Engine(threads) as engine:
        assert engine.fold(uneven, 500, lambda total, part: total + part, 0.0) == expected


def test_results_come_in_order_even_if_the_first_chunk_is_the_last_to_be_done() -> None:
    others = threading.Semaphore(0)

    def wait(chunk: int) -> int:
        if chunk == 0:
            assert others.acquire(timeout=30)
        else:
            others.release()
        return chunk

    with Engine(2) as engine:
        assert list(engine.map(wait, 10)) == list(range(10))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_no_more_chunks_are_in_flight_than_the_bound(threads: int) -> None:
    begun, taken, most = 0, 0, 0
    lock = threading.Lock()

    def begin(chunk: int) -> int:
        nonlocal begun, most
        with lock:
            begun += 1
            most = max(most, begun - taken)
        return chunk

    with Engine(threads, ahead=3) as engine:
        for _ in engine.map(begin, 200):
            with lock:
                taken += 1
    # a result that was yielded is counted as taken only when the caller has it
    assert (begun, most <= threads * 3 + 1) == (200, True)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_a_chunk_arrives_and_the_rest_is_dropped(threads: int) -> None:
    seen = []

    def fail(chunk: int) -> int:
        seen.append(chunk)
        if chunk == 3:
            raise ZeroDivisionError("chunk 3")
        return chunk

    with Engine(threads) as engine, pytest.raises(ZeroDivisionError, match="chunk 3"):
        list(engine.map(fail, 10_000))
    assert max(seen) < 20


def test_a_caller_who_stops_early_leaves_nothing_running() -> None:
    running = 0
    lock = threading.Lock()

    def work(chunk: int) -> int:
        nonlocal running
        with lock:
            running += 1
        with lock:
            running -= 1
        return chunk

    with Engine(4) as engine:
        results = engine.map(work, 1_000_000)
        assert next(results) == 0
        results.close()
        assert running == 0


def test_progress_is_told_after_each_chunk() -> None:
    told = []
    with Engine(2) as engine:
        engine.fold(abs, 4, lambda total, part: total + part, 0, progress=lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_chunks_give_the_initial_value() -> None:
    with Engine(2) as engine:
        assert engine.fold(abs, 0, max, -1) == -1


@pytest.mark.parametrize("bad", [{"threads": 0}, {"threads": 1, "ahead": 0}])
def test_an_engine_without_threads_is_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="give at least 1"):
        Engine(**bad)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("chunks", [0, 1, 95, 96 * 3 + 1, 96 * 40 + 7])
def test_ranges_of_chunks_hold_each_chunk_once_and_in_order(threads: int, chunks: int) -> None:
    with Engine(threads) as engine:
        ranges = engine.total(lambda some: [some], chunks, lambda one, other: one + other, [])
    assert [chunk for some in ranges for chunk in some] == list(range(chunks))
    assert all(0 < len(some) <= 16 for some in ranges)
    assert len(ranges) == chunks or len(ranges) >= 32 * threads
