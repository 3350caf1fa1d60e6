"""Published numbers, recomputed and judged: confirmed, refuted, or undecided.

``python -m experiments.run claims`` reads the claims that stand beside this file as data, recomputes each by
its recipe, and says whether it holds. A verdict other than the one that is expected is a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from algorithms import names
from experiments.claims.claim import Claim, load
from experiments.claims.parameters import ClaimsParameters
from experiments.harness.experiment import Case, Context, Measured
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import NOT_IMPLEMENTED
from experiments.options.errors import BadUse, did_you_mean


def cases(parameters: ClaimsParameters) -> Sequence[Case]:
    """Return one case for each claim."""
    known = load()
    for wanted in parameters.claim:
        if not any(claim.id.startswith(wanted) for claim in known):
            files = sorted({claim.id.partition(".")[0] for claim in known})
            hint = did_you_mean(wanted, [claim.id for claim in known])
            raise BadUse(f"--claim: no claim begins with {wanted!r}; give one of {', '.join(files)}{hint}")
    return [
        Case(claim.id, {"claim": claim})
        for claim in known
        if not parameters.claim or claim.id.startswith(parameters.claim)
    ]


def measure(case: Case, parameters: ClaimsParameters, context: Context) -> Measured:
    """Recompute one claim, and judge it."""
    return Measured([row_of(case.arguments["claim"], parameters, context)])


def row_of(claim: Claim, parameters: ClaimsParameters, context: Context) -> dict[str, Any]:
    """Return the row of a claim."""
    from experiments.claims.judge import judge
    from experiments.claims.recipes import Run, recipes

    registered = {name.replace("_", ""): name for name in names()}
    missing = _missing(claim, registered)
    row: dict[str, Any] = {
        "claim": claim.id,
        "title": claim.title,
        "work": claim.work,
        "read": claim.read,
        "link": claim.link or None,
        "at": claim.at or None,
        "seen": claim.seen or None,
        "fact": claim.fact or None,
        "where": claim.where,
        "says": claim.says,
        "relation": claim.relation,
        "theirs": None if claim.value is None else float(claim.value),
        "tolerance": float(claim.tolerance),
        "reason": claim.reason,
        "percent": claim.percent,
        "by": claim.by,
        "expected": claim.expected,
        "why": claim.why or None,
        "missing": missing or None,
        "ours": None,
        "theirs_shown": None,
        "ours_shown": None,
        "kind": None,
        "method": None,
        "low": None,
        "high": None,
        "size": None,
        "unit": None,
        "needed": None,
    }
    if missing:
        return {**row, "verdict": NOT_IMPLEMENTED}
    level = 1 - FAMILY_LEVEL / len(load())
    run = Run(parameters.keys, parameters.repetitions, parameters.seed, level, context.engine)
    given = dict(claim.given)
    if "algorithm" in given:
        given["algorithm"] = registered[given["algorithm"].replace("_", "")]
    ours = recipes()[claim.by](given, run)
    judged = judge(claim, ours)
    return {
        **row,
        "ours": float(ours.value),
        "theirs_shown": ours.shown[0] if ours.shown else None,
        "ours_shown": ours.shown[1] if ours.shown else None,
        "kind": ours.kind,
        "method": ours.method,
        "low": ours.low,
        "high": ours.high,
        "size": ours.size,
        "unit": ours.unit or None,
        "needed": judged.needed,
        "verdict": judged.word,
    }


def _missing(claim: Claim, registered: Mapping[str, str]) -> str:
    """Return which algorithm, which parameter of it or which module a claim waits for; "" if none.

    Underscores make no difference, so that a claim need not know how a name will be written.
    """
    from algorithms import class_of
    from algorithms.registry import parameters_of

    for need in claim.needs:
        name = registered.get(need.replace("_", ""))
        if name is None:
            return need
        if need == claim.given.get("algorithm", ""):
            taken = parameters_of(class_of(name))
            for setting in claim.given.get("set", {}):
                if setting not in taken:
                    return f"{need}.{setting}"
    return next((name for name in claim.modules if find_spec(name) is None), "")
