"""A Dask cluster: which of its workers run our code, and tasks in flight on these.

Dask is imported here alone, and only when a cluster is asked for.
"""

from __future__ import annotations

import logging
import queue
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Any, Self

from experiments.harness.worker import Job, Report, admitted, report_of
from experiments.options.engines import Dask
from experiments.options.errors import BadUse, ClusterLost

__all__ = ["Cluster", "Task"]

AHEAD = 2
"""Tasks in flight for a core: while one is computed, the next is on its way."""

ANSWER = 10.0
"""Seconds in which a scheduler must answer."""

TICK = 0.5
"""Seconds between two looks at who is there."""

FIRST = 20.0
"""Seconds in which a first worker must be there and admitted to the run, once nobody is being asked."""

MEND = 5.0
"""Seconds after which a cluster of our own is asked for its workers again."""

PATIENCE = 60.0
"""Seconds without any worker after which a cluster counts as lost."""

FETCH = 30.0
"""Seconds for the way home of a result."""

FAILURES = 10
"""With so many workers that died a task may have been, in a cluster of our own, before it is to blame."""

MISSING = (
    "--engine: a cluster needs Dask, which is not installed; install the extra: "
    "pip install 'shardlab[distributed]'"
)

ON = "the same command goes on where it was"

Task = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of this project, and what it is called with besides the job."""


@dataclass
class _Flight:
    """A task that was sent, by the way it went."""

    task: Task
    future: Any
    workers: frozenset[str]


class Cluster:
    """The workers of a Dask cluster that run our code.

    Parameters
    ----------
    asked
        Which cluster.
    threads
        How many workers a cluster of our own has, where no number was given.
    job
        What is run.
    notice
        Is told who is refused, and why.

    Raises
    ------
    BadUse
        If Dask is not installed, nobody answers, or no worker runs our code.
    ClusterLost
        If, later, scheduler or workers are gone, or a task takes every worker with it.
    """

    def __init__(self, asked: Dask, threads: int, job: Job, notice: Callable[[str], None]) -> None:
        self._job = job
        self._notice = notice
        self._report = report_of(job, "home")
        self._admitted: dict[str, int] = {}
        self._asked: dict[str, Any] = {}
        self._refused: dict[str, str] = {}
        self._flying: dict[int, _Flight] = {}
        self._landed: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._looked = self._seen = self._mended = time.monotonic()
        self._open = ExitStack()
        with ExitStack() as opened:
            self._client, self._mend = _connected(asked, threads, opened)
            self.name = asked.address or "this machine's cluster"
            self._wait_for_a_worker()
            self._open = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def cores(self) -> int:
        """How many tasks the admitted workers compute at a time."""
        return max(1, sum(self._admitted.values()))

    def run(self, tasks: Iterable[Task], *, window: int | None = None) -> Iterator[tuple[int, Any]]:
        """Yield number and result of each task, as they come; no task begins `window` after one not done."""
        waiting = enumerate(tasks)
        self._seen = time.monotonic()  # nobody has looked since the last tasks
        sent, undone = 0, set[int]()
        more = True
        try:
            while more or self._flying:
                while more and len(self._flying) < AHEAD * self.cores:
                    if window is not None and undone and sent - min(undone) >= window:
                        break
                    number, task = next(waiting, (sent, None))
                    if task is None:
                        more = False
                        break
                    self._send(number, task)
                    undone.add(number)
                    sent += 1
                for number, result in self._arrivals():
                    undone.discard(number)
                    yield number, result
        finally:
            self._drop([flight.future for flight in self._flying.values()])
            self._flying.clear()

    def _send(self, number: int, task: Task) -> None:
        function, arguments = task
        workers = frozenset(self._admitted)
        future = self._client.submit(
            function, self._job, *arguments, workers=sorted(workers), allow_other_workers=False, pure=False
        )
        self._flying[number] = _Flight(task, future, workers)
        future.add_done_callback(partial(self._land, number))

    def _land(self, number: int, future: Any) -> None:
        self._landed.put((number, future))

    def _arrivals(self) -> Iterator[tuple[int, Any]]:
        """Yield what has come within a tick, after a look at who is there."""
        if time.monotonic() - self._looked >= TICK:
            self._look()
        with suppress(queue.Empty):
            number, future = self._landed.get(timeout=TICK)
            flight = self._flying.get(number)
            if flight is None or flight.future is not future:
                return  # it was sent again since
            try:
                result = self._result(future)
            except TimeoutError:  # its worker died before the result was fetched: it is computed again
                future.add_done_callback(partial(self._land, number))
                return
            del self._flying[number]
            yield number, result

    def _result(self, future: Any) -> Any:
        """Return the result of a task, or raise what it raised; TimeoutError if it is not to be had yet."""
        from distributed import KilledWorker

        if future.status == "cancelled":
            raise self._lost()
        if future.status not in ("finished", "error"):
            raise TimeoutError
        error = future.exception()
        if isinstance(error, KilledWorker):
            raise ClusterLost(
                f"--engine: a task has taken {error.allowed_failures + 1} workers with it; have they memory "
                f"enough? Give fewer workers, or more memory: {ON}"
            )
        return future.result(timeout=FETCH)

    # ---- who is there ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask those who are new what they run, forget those who are gone, and send their tasks again."""
        there = self._there()
        self._looked = now = time.monotonic()
        if now - self._mended > MEND:
            self._mended = now
            self._mend()
        for gone in self._admitted.keys() - there.keys():
            del self._admitted[gone]
        for address in self._asked.keys() - there.keys():
            self._drop([self._asked.pop(address)])
        for address in there.keys() - self._admitted.keys() - self._asked.keys() - self._refused.keys():
            self._asked[address] = self._client.submit(
                admitted, self._job, workers=[address], allow_other_workers=False, pure=False
            )
        for address, future in list(self._asked.items()):
            if future.done():
                self._take(address, self._asked.pop(address), there[address])
        if self._admitted or self._asked:
            self._seen = now
        if self._admitted:
            for number, flight in list(self._flying.items()):
                if not flight.future.done() and not flight.workers & self._admitted.keys():
                    self._drop([flight.future])
                    self._send(number, flight.task)
        if now - self._seen > PATIENCE:
            raise ClusterLost(
                f"--engine: {self.name} has had no worker for {PATIENCE:.0f} seconds; what was measured is "
                f"kept: start one, and {ON}"
            )

    def _there(self) -> dict[str, int]:
        """Return the addresses of all workers, with the number of their threads."""
        try:
            if self._client.status != "running":
                raise OSError(self._client.status)
            there: dict[str, int] = dict(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise self._lost() from error
        return there

    def _take(self, address: str, future: Any, threads: int) -> None:
        """Admit a worker, or refuse it by name."""
        name, why = "", ""
        try:
            report: Report = future.result(timeout=FETCH)
            name, difference = report.name, report.difference(self._report)
            why = f"it runs other code or versions: {difference}" if difference else ""
        except TimeoutError:
            return  # asked again at the next look
        except ImportError as error:
            why = f"it does not have this project ({error})"
        except Exception as error:
            why = str(error)
        if why:
            who = address if name in ("", address) else f"{name} at {address}"
            self._refused[address] = f"worker {who} is refused: {why}"
            self._notice(self._refused[address])
        else:
            self._admitted[address] = threads

    def _wait_for_a_worker(self) -> None:
        begun = time.monotonic()
        while not self._admitted or (self._asked and time.monotonic() - begun < ANSWER):
            self._look()
            if self._admitted:
                pass  # others, who are still being asked, may take a little longer
            elif self._asked:
                begun = time.monotonic()
            elif self._refused and self._refused.keys() >= self._there().keys():
                raise BadUse(f"--engine: {'; '.join(self._refused.values())}; install there what is here")
            elif time.monotonic() - begun > FIRST:
                raise BadUse(
                    f"--engine: {self.name} has no worker; start one, such as: "
                    f"dask worker {self.name} --nthreads 1"
                )
            time.sleep(0.02)

    def _lost(self) -> ClusterLost:
        return ClusterLost(
            f"--engine: the scheduler of {self.name} is gone; what was measured is kept: start one, and {ON}"
        )

    def _drop(self, futures: list[Any]) -> None:
        with suppress(Exception):  # nobody may be there any more to whom it could be said
            self._client.cancel(futures, force=True)


def _nothing_to_mend() -> None:
    """Leave a cluster of others as it is."""


def _connected(asked: Dask, threads: int, opened: ExitStack) -> tuple[Any, Callable[[], None]]:
    """Return a client of the cluster, one made here where no address was given, and what mends that one.

    Dask replaces a worker that dies, but for one that dies while it starts.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        if (error.name or "").partition(".")[0] in ("dask", "distributed"):
            raise BadUse(MISSING) from None
        raise
    for name in ("distributed", "tornado.application", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    where: Any = asked.address
    mend: Callable[[], None] = _nothing_to_mend
    if where is None:
        count = asked.workers or threads
        config = {
            "distributed.scheduler.allowed-failures": FAILURES,
            "distributed.deploy.lost-worker-timeout": MEND,
        }
        opened.enter_context(dask.config.set(config))
        with _interrupts_blocked():
            where = opened.enter_context(
                distributed.LocalCluster(
                    n_workers=count,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        mend = partial(where.scale, count)
    try:
        return opened.enter_context(distributed.Client(where, timeout=ANSWER, set_as_default=False)), mend
    except (OSError, TimeoutError):
        raise BadUse(
            f"--engine: no scheduler answers at {asked.address}; start one with: dask scheduler, "
            "or give dask for workers on this machine"
        ) from None


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Have threads that begin inside, and all processes that they start, not hear a terminal's interrupts.

    Whoever interrupts a run interrupts its first process; the workers end when that one ends them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which, when it starts, would let its thread hear them again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
