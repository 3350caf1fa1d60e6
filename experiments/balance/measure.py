"""How evenly keys fall on nodes: over numbers of nodes, points, hash functions and workloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from algorithms import Capability
from algorithms.hashing import hash_function
from experiments.balance.draws import METHOD, of_draws
from experiments.balance.parameters import BalanceParameters
from experiments.balance.rows import Rows, refused
from experiments.harness import selection
from experiments.harness.candidate import Candidate
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse

if TYPE_CHECKING:
    from experiments.workloads import Workload


def cases(parameters: BalanceParameters) -> Sequence[Case]:
    """Return one case for each hash function, repetition, algorithm (with its sweep) and n.

    A case measures all workloads, so that its nodes are built once; their hashes are drawn once for all
    algorithms, as long as they are kept. Draws by the thousand come last, a case for each algorithm and n.
    """
    from experiments import workloads

    sources = [workloads.parse(text) for text in parameters.workload]
    candidates = selection.of_run(parameters, hashes=parameters.hash)
    reasons = [_refusal(candidate, source) for candidate in candidates for source in sources]
    if None not in reasons:
        raise BadUse(f"--hash: {reasons[0]}; give another hash function or another workload")
    many = [
        Case(
            f"{candidate.hash}|{METHOD}|{candidate.label}|{n}",
            {"trials": [Trial(parameters, candidate, n, source) for source in sources], "many": True},
        )
        for candidate in candidates
        for n in parameters.nodes
    ]
    few = [
        Case(
            f"{function}|{number}|{candidate.label}|{n}",
            {
                "trials": [Trial(parameters, candidate, n, source, number) for source in sources],
                "many": False,
            },
            keys=max(source.available(parameters.keys) for source in sources),
        )
        for function in dict.fromkeys(candidate.hash for candidate in candidates)
        for number in range(parameters.repetitions)
        for candidate in candidates
        if candidate.hash == function
        for n in parameters.nodes
    ]
    return [*few, *many] if parameters.draws else few


def measure(case: Case, parameters: BalanceParameters, context: Context) -> Measured:
    """Build the nodes once, and count what each workload puts on them; all hashes where arcs exist."""
    trials: Sequence[Trial] = case.arguments["trials"]
    if case.arguments["many"]:
        asked = [trial for trial in trials if _refusal(trial.candidate, trial.source) is None]
        return Measured(of_draws(asked, parameters.draws, context) if asked else [])
    # hash seeds and names do not depend on the workload: all workloads meet the same nodes
    partitioner = trials[0].start()
    if isinstance(partitioner, str):
        return Measured([refused(trial, partitioner) for trial in trials])
    made = Rows(partitioner, trials[0])
    rows = [made.exact()] if trials[0].candidate.spec.can(Capability.INTERVALS) else []
    for place, trial in enumerate(trials):
        reason = _refusal(trial.candidate, trial.source)
        if reason is not None:
            rows.append(refused(trial, reason))
            continue

        def progress(done: int, total: int, place: int = place) -> None:
            context.progress((place + done / total) / len(trials))

        rows.append(made.sampled(trial, trial.load(partitioner, context, progress)))
    return Measured(rows)


def _refusal(candidate: Candidate, source: Workload) -> str | None:
    """Return why a candidate's hash function cannot take the keys of a workload, or None."""
    if source.integers or hash_function(candidate.hash).takes_text:
        return None
    return f"{candidate.hash} takes ints only, and the keys of {source.text} are text"
