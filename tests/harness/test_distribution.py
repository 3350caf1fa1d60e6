"""A cluster: a chunk is the same bytes anywhere, whoever dies, joins late, or runs something else."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fake_experiment import FAKE, Fake, FakeParameters
from runs import run_here
from told import Told

from experiments import balance, properties, scaling, sequence
from experiments.harness import cluster as clusters
from experiments.harness import distribution
from experiments.harness.cluster import Cluster
from experiments.harness.distribution import ranges
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.folders import JOURNAL
from experiments.harness.worker import Job, Report
from experiments.options.engines import Dask
from experiments.options.errors import BadUse, ClusterLost
from experiments.storage import store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as made:
        yield made


@pytest.fixture
def engine(cluster: Any) -> str:
    return engine_at(cluster.scheduler_address)


def engine_at(address: str) -> str:
    return f"dask:{address.removeprefix('tcp:')}"


def rows_of(room: Any, **values: Any) -> bytes:
    """Return the rows of a run as they would be stored, without the figures of one."""
    experiment = room.EXPERIMENT
    parameters = experiment.profile("smoke").replace(values)
    cases = list(experiment.cases(parameters))
    measured = dict.fromkeys(case.id for case in cases)
    for case, part in distribution.results(experiment, parameters, cases, lambda _: None, print):
        assert measured[case.id] is None
        measured[case.id] = part.rows
    return store.encode("rows", [row for rows in measured.values() for row in rows or ()]).content


ROOMS = {
    "scaling": (scaling, {"algorithms": ["ring", "jump"], "timed": 1, "keys": 800_000, "repetitions": 2}),
    "scaling of keys that repeat": (
        scaling,
        {"algorithms": ["table"], "timed": 0, "keys": 600_000, "repetitions": 1, "workload": "zipf:1.1"},
    ),
    "balance": (
        balance,
        {
            "algorithms": ["ring", "modulo"],
            "keys": 600_000,
            "repetitions": 1,
            "workload": ["uniform", "zipf"],
        },
    ),
    "sequence": (sequence, {"algorithms": ["ring", "jump"], "keys": 600_000, "repetitions": 1}),
}


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("divided", [False, True], ids=["whole", "divided"])
def test_rows_are_the_same_bytes_on_two_workers(
    name: str, divided: bool, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, values = ROOMS[name]
    if divided:
        monkeypatch.setattr(distribution, "TASK_KEYS", (1 << 18, 1 << 19))
    assert rows_of(room, engine=engine, **values) == rows_of(room, threads=1, **values)


class Cut(Fake):
    """Cuts its chunks by the threads of the engine, or by nothing that a worker could know."""

    def cases(self, parameters: FakeParameters) -> list[Case]:
        return [Case("only", keys=1 << 20)]

    def measure(self, case: Case, parameters: FakeParameters, context: Context) -> Measured:
        here = [] if parameters.drawn else [0] * (threading.current_thread() is threading.main_thread())
        count = 64 + context.threads + len(here)
        first = context.engine.total(squares, count, int.__add__, 0, progress=context.chunks_done)
        squared = list(context.engine.map(lambda chunk: chunk * chunk + first, range(count)))
        return Measured([{"threads": context.threads, "first": first, "last": squared[-1]}])


def squares(chunks: range) -> int:
    """Return a sum that the chunks alone decide."""
    return sum(chunk * chunk for chunk in chunks)


def test_chunks_are_cut_alike_everywhere_or_the_run_ends(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "TASK_KEYS", (1 << 16, 1 << 17))
    profile = FAKE.profile("smoke").replace({"engine": engine})
    cut, told = Cut(), Told()
    (case,) = cut.cases(profile)
    drawn = profile.replace({"drawn": True})
    ((_, measured),) = distribution.results(cut, drawn, [case], told.progress, told.notice)
    (row,) = measured.rows
    last = 63 + row["threads"]
    assert (row["first"], row["last"]) == (sum(i * i for i in range(last + 1)), last * last + row["first"])
    assert told.steps[-1] == 1
    with pytest.raises(RuntimeError, match="they must depend on the parameters, the case and"):
        list(distribution.results(cut, profile, [case], told.progress, told.notice))


def test_cells_of_properties_are_the_same_bytes(engine: str) -> None:
    values = {"algorithms": ["jump", "ring"], "property": ["ordered", "uniform", "removes_any"]}
    assert rows_of(properties, engine=engine, **values) == rows_of(properties, **values)


def test_workers_that_are_killed_at_random_moments_change_nothing(
    cluster: Any, engine: str, tmp_path: Path
) -> None:
    """20 kills in a row were tried by hand; here some."""
    run_here(tmp_path / "here", repetitions=6, pause=0)
    moments, finished = random.Random(1), threading.Event()

    def kill() -> None:
        while not finished.wait(moments.uniform(0.2, 0.8)):
            victim = moments.choice([nanny.pid for nanny in cluster.workers.values()])
            if victim:
                os.kill(victim, signal.SIGKILL)
            finished.wait(3)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        run_here(tmp_path / "there", repetitions=6, pause=0.2, engine=engine)
    finally:
        finished.set()
        killer.join()
    assert (tmp_path / "there" / "rows.csv").read_bytes() == (tmp_path / "here" / "rows.csv").read_bytes()


def pid_of(job: Job, seconds: float) -> int:
    """Say who computes this; what a worker is sent in the next test."""
    time.sleep(seconds)
    return os.getpid()


def test_a_worker_that_joins_late_takes_part(cluster: Any) -> None:
    job = Job("late", FAKE, FAKE.profile("smoke"))
    with Cluster(Dask(address=cluster.scheduler_address), 2, job, print) as there:
        pids = set()
        for number, pid in there.run((pid_of, (0.1,)) for _ in range(80)):
            pids.add(pid)
            if number == 4:
                cluster.scale(3)
        assert there.cores == 3
    assert len(pids) == 3
    cluster.scale(2)


def test_a_worker_that_dies_while_it_starts_is_replaced_too() -> None:
    import psutil

    def workers() -> set[int]:
        found = set()
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess):
                found |= {child.pid} if "spawn_main" in str(child.cmdline()) else set()
        return found

    others = workers()
    with Cluster(Dask(workers=1), 1, Job("mended", FAKE, FAKE.profile("smoke")), print) as there:
        killed: set[int] = set()
        deadline = time.monotonic() + 60
        while len(killed) < 2:
            for pid in workers() - others - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            assert time.monotonic() < deadline
            time.sleep(0.02)
        pids = {pid for _, pid in there.run((pid_of, (0.0,)) for _ in range(3))}
    assert pids
    assert not pids & killed


def test_progress_is_told_and_errors_of_a_case_arrive(engine: str, tmp_path: Path) -> None:
    told = Told()
    run_here(tmp_path / "run", engine=engine, reporter=told, repetitions=3)
    assert told.steps == [1, 2, 3, 4, 5, 6]
    with pytest.raises(BadUse, match="13 is refused by this experiment"):
        run_here(tmp_path / "bad", engine=engine, nodes=[13])
    assert not (tmp_path / "bad" / JOURNAL).exists()


# ---- who is not there, or is somebody else -----------------------------------------------------------


def start(*arguments: str, cwd: Path = ROOT, path: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path or [ROOT, ROOT / "tests"]))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a scheduler as a person does, without workers; give its address and its process."""
    said = tmp_path / "scheduler.json"
    where = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(said))
    process = start("scheduler", "--dashboard-address", "127.0.0.1:0", *where)
    try:
        deadline = time.monotonic() + 60
        while not (said.exists() and said.read_text()):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield json.loads(said.read_text())["address"], process
    finally:
        process.kill()
        process.wait()


def test_a_worker_with_other_code_is_refused_by_name(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    address, _ = scheduler
    other = tmp_path / "other"
    for package in ("algorithms", "experiments"):
        shutil.copytree(ROOT / package, other / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "algorithms" / "jumps" / "jump.py").open("a") as file:
        file.write("# another\n")
    flags = ("--no-dashboard", "--no-nanny", "--nthreads", "1")
    stranger = start("worker", address, "--name", "stranger", *flags, cwd=other, path=[other, ROOT / "tests"])
    ours = None
    try:
        with pytest.raises(
            BadUse, match=r"worker stranger at tcp.* refused: .* algorithms/jumps/jump\.py; ins"
        ):
            run_here(tmp_path / "alone", engine=engine_at(address))
        assert not (tmp_path / "alone" / JOURNAL).exists()
        ours, told = start("worker", address, "--name", "ours", *flags), Told()
        wait_for_workers(address, 2)
        run_here(tmp_path / "both", engine=engine_at(address), reporter=told)
        assert any("worker stranger at tcp" in notice for notice in told.notices)
        run_here(tmp_path / "here")
        assert (tmp_path / "both" / "rows.csv").read_bytes() == (tmp_path / "here" / "rows.csv").read_bytes()
    finally:
        for worker in filter(None, (stranger, ours)):
            worker.kill()
            worker.wait()


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def test_a_lost_scheduler_leaves_the_journal_and_says_how_to_go_on(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    address, process = scheduler
    worker = start("worker", address, "--no-dashboard", "--no-nanny", "--nthreads", "1")

    class Kills(Told):
        def progress(self, done: float) -> None:
            if done == 2:
                process.kill()

    try:
        with pytest.raises(
            ClusterLost, match=r"is gone; what was measured is kept: .* the same command goes on"
        ):
            run_here(tmp_path / "run", engine=engine_at(address), reporter=Kills(), repetitions=9, pause=0.05)
    finally:
        worker.kill()
        worker.wait()
    assert (tmp_path / "run" / JOURNAL).exists()
    assert run_here(tmp_path / "run", repetitions=9).resumed >= 2


def test_a_scheduler_without_workers_and_one_that_is_not_there(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, process = scheduler
    monkeypatch.setattr(clusters, "FIRST", 0.5)
    monkeypatch.setattr(clusters, "ANSWER", 2)
    with pytest.raises(BadUse, match=r"has no worker; start one, such as: dask worker tcp://127"):
        run_here(tmp_path / "run", engine=engine_at(address))
    process.kill()
    process.wait()
    with pytest.raises(BadUse, match=r"no scheduler answers at tcp://.*start one with: dask scheduler"):
        run_here(tmp_path / "run", engine=engine_at(address))


def test_dask_that_is_not_installed_is_told_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        BadUse, match=r"not installed; install the extra: pip install 'shardlab\[distributed\]'"
    ):
        run_here(tmp_path / "run", engine="dask")


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    run_here(tmp_path / "here", repetitions=9, pause=0)
    # not the script itself: what is defined in a program's main module has no name that a worker could import
    command = "import fake_experiment as f, sys; from experiments import run; sys.exit(run.main(find=f.find))"
    flags = ["--out", str(tmp_path / "there"), "--profile", "smoke", "--repetitions", "9", "--pause", "0.3"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, "fake", *flags, "--engine", "dask:2"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    journal = tmp_path / "there" / JOURNAL
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert said.endswith("shardlab: interrupted; the same command goes on where it was\n"), said
    assert "Traceback" not in said
    outcome = run_here(tmp_path / "there", repetitions=9)
    assert outcome.resumed >= 2
    assert (tmp_path / "there" / "rows.csv").read_bytes() == (tmp_path / "here" / "rows.csv").read_bytes()


# ---- small things ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunks", [0, 1, 255, 256, 600, 5000, 3_814_698])
@pytest.mark.parametrize("cores", [1, 2, 64])
@pytest.mark.parametrize("chunk", [1 << 18, 1 << 22])
def test_ranges_are_all_chunks_in_their_order_and_of_a_tasks_size(
    chunks: int, cores: int, chunk: int
) -> None:
    bounds = ranges(chunks, chunks * chunk, cores)
    assert [first for first, _ in bounds[1:]] == [last for _, last in bounds[:-1]]
    assert (bounds[0][0], bounds[-1][1]) == (0, chunks) if chunks else not bounds
    sizes = [(last - first) * chunk for first, last in bounds]
    assert all(1 << 26 <= size <= 1 << 28 for size in sizes[:-1])
    assert all(0 < size <= 1 << 28 for size in sizes)


def test_a_report_names_what_differs_and_not_all_of_it() -> None:
    ours = Report("a", {f"{i}.py": "0" for i in range(9)})
    assert ours.difference(Report("b", ours.parts)) == ""
    assert ours.difference(Report("b", {**ours.parts, "4.py": "1", "new.py": "0"})) == "4.py, new.py"
    assert ours.difference(Report("b", {})) == "0.py, 1.py, 2.py and 6 more"
