"""How fast keys find their nodes: a batch of hashes, a column of keys, one key, threads, a fresh process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from algorithms import Node, Partitioner
from experiments.harness import fresh_process, selection
from experiments.harness.conditions import Conditions
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Competitor, copy_competitor, load_average, rounds
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.peers import Peer, peers
from experiments.throughput import cold_start
from experiments.throughput.bench import Bench
from experiments.throughput.parameters import COLD, MODES, ThroughputParameters

COLD_KEYS = 100_000
"""The most keys in the batch of a fresh process."""


def cases(parameters: ThroughputParameters) -> Sequence[Case]:
    """Return a case for each process, workload and number of nodes: within it, all are timed in turn.

    The processes are outermost, so that each row is of all times of the run. Fresh processes that are timed
    themselves are cases of their own, one for each round of them, at the first number of nodes.
    """
    if set(parameters.mode) == {"threads"} and parameters.threads == 1:
        raise BadUse(
            "--mode: threads alone would time nothing on one thread; give --threads 2, or another "
            f"mode: {', '.join(mode for mode in (*MODES, *COLD) if mode != 'threads')}"
        )
    candidates = selection.of_run(parameters)
    sources = selection.sources_of_run(parameters, candidates)
    warm = [
        Case(
            f"{source.text}|{n}" + (f"|{process}" if process else ""),
            {
                "process": process,
                "trials": [Trial(parameters, candidate, n, source) for candidate in candidates],
            },
        )
        for process in range(parameters.processes)
        for source in sources
        for n in parameters.nodes
        if set(parameters.mode) & MODES.keys()
    ]
    n = parameters.nodes[0]
    cold = [
        Case(
            f"{mode}|{turn}",
            {
                "cold": mode, "round": turn,
                "trials": [Trial(parameters, candidate, n, mode) for candidate in candidates],
            },
        )
        for mode in COLD
        if mode in parameters.mode
        for turn in range(parameters.starts)
    ]  # fmt: skip
    return warm + cold


def measure(case: Case, parameters: ThroughputParameters, context: Context) -> Measured:
    """Measure a case in a fresh process, if there are several; else here."""
    if "cold" in case.arguments:
        return Measured([], list(_fresh_processes(case, parameters, context)))
    if parameters.processes > 1:
        return fresh_process.measured(__package__, case, parameters, context.threads)
    return measured_here(case, parameters, context)


def measured_here(case: Case, parameters: ThroughputParameters, context: Context) -> Measured:
    """Warm all competitors up, choose their keys a call, and time them in rounds."""
    trials: Sequence[Trial] = case.arguments["trials"]
    process: int = case.arguments["process"]
    source, n = trials[0].source, trials[0].n
    conditions = Conditions()
    bench = Bench(source, parameters, context.engine, process)
    common = {"workload": source.text, "n": n, "process": process}
    competitors, missing = _competitors(trials, parameters, bench)
    timing = []
    for turn, spent in enumerate(rounds(competitors, parameters.rounds, context.progress)):
        copied = spent[0].cost() / competitors[0].keys
        for one, took in zip(competitors, spent, strict=True):
            each = took.cost(one.threads) / one.keys
            timing.append(
                {
                    **common,
                    "mode": one.mode,
                    "algorithm": one.algorithm,
                    "label": one.label,
                    "settings": one.settings,
                    "peer": one.peer,
                    "threads": one.threads,
                    "round": turn,
                    "keys": one.keys,
                    "nanoseconds": took.wall,
                    "processor_ns": took.processor if one.threads == 1 else None,
                    "page_faults": took.faults,
                    "ns_per_key": each,
                    "copy_ns_per_key": copied,
                    "ratio_to_copy": each / copied,
                    "stage": None,
                    "cannot": None,
                }
            )
    return Measured([], conditions.told(timing) + [{**common, **row} for row in missing])


def _competitors(
    trials: Sequence[Trial], parameters: ThroughputParameters, bench: Bench
) -> tuple[list[Competitor], list[dict[str, Any]]]:
    """Return the copy and all that are timed beside it, and rows that say why others are not."""
    built, refused = [], []
    for trial in trials:
        partitioner = trial.start()
        if isinstance(partitioner, str):
            refused.append((trial, partitioner))
        else:
            built.append((trial, partitioner))
    several = bench.engine.threads > 1
    modes = [mode for mode in MODES if mode in parameters.mode and (mode != "threads" or several)]
    competitors = [copy_competitor(bench.keys)]
    missing: list[dict[str, Any]] = [
        {"mode": mode, **trial.columns("algorithm", "label", "settings"), "peer": False, "cannot": reason}
        for mode in modes
        for trial, reason in refused
    ]
    for mode in modes:
        competitors += [bench.competitor(mode, trial, partitioner) for trial, partitioner in built]
        for one, (trial, partitioner) in _beside(built, mode, libraries=parameters.peers):
            reason = _not_timed(one, partitioner)
            if reason is None:
                competitors.append(bench.peer(one, trial, partitioner))
            else:
                described = {"mode": mode, "algorithm": one.beside, "label": one.name, "peer": True}
                missing.append({**described, "cannot": reason})
    return competitors, missing


def _not_timed(one: Peer, partitioner: Partitioner[Any]) -> str | None:
    """Return why a peer does not stand beside a partitioner."""
    weighted = any(node.weight != 1.0 for node in partitioner.nodes.spelled())
    if weighted and one.library:  # what needs none is ours to build
        return "is given names of nodes, and no weights"
    if weighted and one.one_weight:
        return "is written for nodes of one weight"
    return one.missing(len(partitioner.nodes))


def _beside(
    built: Sequence[tuple[Trial, Partitioner[Any]]], mode: str, *, libraries: bool
) -> list[tuple[Peer, tuple[Trial, Partitioner[Any]]]]:
    """Return the peers of a mode, each with the first candidate of the algorithm that it stands beside."""
    first = {trial.candidate.algorithm: (trial, partitioner) for trial, partitioner in reversed(built)}
    known = [one for one in peers(libraries=libraries) if one.mode == mode]
    return [(one, first[one.beside]) for one in known if one.beside in first]


def _fresh_processes(
    case: Case, parameters: ThroughputParameters, context: Context
) -> Iterator[dict[str, Any]]:
    """Yield a row for each algorithm and stage: one fresh process each."""
    trials: Sequence[Trial] = case.arguments["trials"]
    mode, keys, load = case.arguments["cold"], min(COLD_KEYS, parameters.keys), load_average()
    for done, trial in enumerate(trials, 1):
        candidate, built = trial.candidate, trial.start()
        # --set is for all candidates of a run, and refused where it names none of them
        own = [text for text in parameters.set if text.partition(".")[0] == candidate.algorithm]
        cluster = trial.repetition.cluster
        nodes: int | Sequence[Node] = trial.n if cluster is None else cluster.nodes
        stages: Mapping[str | None, int | None] = {None: None}
        if not isinstance(built, str):
            compiled = mode != "install"
            took = cold_start.measure(candidate.selection, own, nodes, keys, compiled=compiled)
            stages = dict(took.items())
        for stage, spent in stages.items():
            yield {
                "workload": None,
                "n": trial.n,
                "process": None,
                "mode": mode,
                **trial.columns("algorithm", "label", "settings"),
                "peer": False,
                "threads": 1,
                "round": case.arguments["round"],
                "keys": keys if stage is not None and stage.endswith("batch") else None,
                "nanoseconds": spent,
                "ns_per_key": None,
                "copy_ns_per_key": None,
                "ratio_to_copy": None,
                "load_average": load,
                "stage": stage,
                "cannot": built if isinstance(built, str) else None,
            }
        context.progress(done / len(trials))
