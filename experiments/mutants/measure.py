"""Each mutant is tried by the checks, and compared with the honest member where none kills it."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.harness.experiment import Case, Context, Measured
from experiments.mutants.parameters import MutantsParameters
from experiments.mutants.sample import mutants_named, sample
from experiments.mutants.trial import tried


def cases(parameters: MutantsParameters) -> Sequence[Case]:
    """Return a case for each mutant."""
    mutants = mutants_named(parameters.mutant) or sample(parameters.seed, parameters.hosts, parameters.edits)
    return [Case(mutant.name, {"mutant": mutant}) for mutant in dict.fromkeys(mutants)]


def measure(case: Case, parameters: MutantsParameters, context: Context) -> Measured:
    """Try one mutant."""
    return Measured([tried(case.arguments["mutant"], parameters)])
