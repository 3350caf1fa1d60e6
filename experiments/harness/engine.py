"""The engine: a pure function of a chunk number, mapped over threads, its results taken in order.

Kernels release the lock while they run, so threads are enough. Results arrive in the order of the chunks
whatever the number of threads, so even sums of floats are the same to the last bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

__all__ = ["Engine", "Numbers"]

T = TypeVar("T")
A = TypeVar("A")


TASKS_PER_THREAD = 32
"""So many tasks there are at least before one has more than a chunk: threads end at about the same time."""

MOST_CHUNKS = 16
"""Of a task; four million keys, some hundredths of a second."""


class Numbers(Protocol):
    """Chunk numbers: anything that can be counted and iterated, such as a range."""

    def __len__(self) -> int:
        """How many."""

    def __iter__(self) -> Iterator[int]:
        """One after another."""


class Engine:
    """Maps functions over chunk numbers on threads.

    Parameters
    ----------
    threads
        How many chunks are computed at a time; with 1, nothing but the caller's own thread is used.
    ahead
        How many chunks may be in flight per thread, so that memory is bounded by
        ``threads * ahead`` results however many chunks there are.

    Examples
    --------
    >>> with Engine(threads=2) as engine:
    ...     list(engine.map(lambda chunk: chunk * chunk, 5))
    ...     engine.fold(lambda chunk: chunk, 5, lambda total, value: total + value, 0)
    [0, 1, 4, 9, 16]
    10
    """

    def __init__(self, threads: int = 1, *, ahead: int = 2) -> None:
        if threads < 1 or ahead < 1:
            raise ValueError(f"threads={threads}, ahead={ahead}: give at least 1 of each")
        self.threads = threads
        self.ahead = ahead
        self._pool: ThreadPoolExecutor | None = None

    def map(
        self,
        function: Callable[[int], T],
        chunks: int | Numbers,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[T]:
        """Yield ``function(chunk)`` for each chunk, in the order of the chunks."""
        numbers: Numbers = range(chunks) if isinstance(chunks, int) else chunks
        results = map(function, numbers) if self.threads == 1 else self._pooled(function, numbers)
        for done, result in enumerate(results, 1):
            if progress is not None:
                progress(done, len(numbers))
            yield result

    def fold(
        self,
        function: Callable[[int], T],
        chunks: int | Numbers,
        combine: Callable[[A, T], A],
        initial: A,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> A:
        """Combine the results of all chunks, in the order of the chunks."""
        total = initial
        for result in self.map(function, chunks, progress=progress):
            total = combine(total, result)
        return total

    def total(
        self,
        function: Callable[[range], T],
        chunks: int,
        combine: Callable[[T, T], T],
        nothing: T,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> T:
        """Combine the results of ranges of chunks, however long, such as sums of integers.

        They are added up where the ranges are. A chunk alone takes less than a millisecond, which handing it
        to a thread is not worth where there are very many.
        """
        size = min(MOST_CHUNKS, max(1, chunks // (TASKS_PER_THREAD * self.threads)))
        ranges = [range(begin, min(begin + size, chunks)) for begin in range(0, chunks, size)]
        return self.fold(
            lambda task: function(ranges[task]), len(ranges), combine, nothing, progress=progress
        )

    def close(self) -> None:
        """Stop the engine's own threads; chunks that have not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pooled(self, function: Callable[[int], T], chunks: Numbers) -> Iterator[T]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="shardlab")
        flying: deque[Future[T]] = deque()
        try:
            for chunk in chunks:
                flying.append(self._pool.submit(function, chunk))
                if len(flying) >= self.threads * self.ahead:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        finally:
            for future in flying:
                future.cancel()
            for future in flying:
                if not future.cancelled():
                    future.exception()
