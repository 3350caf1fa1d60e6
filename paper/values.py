r"""The numbers that the text may use: each has a name, how it is set, and where it comes from.

Names are paths: ``moved/16/add:1/jump`` is the mean movement of jump when one node joins sixteen. All that
an experiment could be asked for is named here, whether the text uses it or not; what the text uses and is
not named here stops the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from algorithms.hashing import hash_function
from algorithms.registry import names as algorithm_names
from algorithms.registry import parameters_of
from experiments import inference, theory
from experiments.article.part import records
from experiments.claims.claim import CONFIRMED, REFUTED, UNDECIDED
from experiments.claims.claim import load as claims_of_files
from experiments.claims.recipes.jump import BITS
from experiments.experiment import ALL_HASHES
from experiments.report.claims import shown_theirs, shown_value
from experiments.report.escapes import escape_latex
from experiments.report.formats import Count, Fractional, Numeric, Percent, Significant, latex_number
from paper.sources import Run, Sources, Value, described, distinct
from paper.tables import START

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["all_values", "write"]

MANY = 10_000
"""The number of nodes at which growing costs are shown."""

GOALS = (0.05, 0.01)
"""Spreads of a ring's shares for which the number of points is given."""


def all_values(sources: Sources) -> dict[str, Value]:
    """Return every value by its name.

    Parameters
    ----------
    sources
        The stored results.

    Returns
    -------
    dict
        In the order in which they are made.

    Raises
    ------
    ValueError
        If two have one name.
    """
    found: dict[str, Value] = {}
    parts: tuple[Iterable[Value], ...] = (
        _definitions(),
        _parameters(sources),
        _scaling(sources.run("scaling")),
        _sequence(sources.run("sequence")),
        _balance(sources.run("balance"), ""),
        _balance(sources.run("hashes"), "hashes/"),
        _properties(sources.run("properties")),
        _claims(sources.run("claims")),
        _article(sources.run("article")),
        
        _speed(sources.run("throughput")),
        _events(sources.run("resize")),
        _bytes(sources.run("memory")),
    )
    for value in (value for part in parts for value in part):
        if value.name in found:
            raise ValueError(f"two values are named {value.name!r}")
        found[value.name] = value
    return found


def write(values: Mapping[str, Value]) -> str:
    r"""Return the file that defines the values for LaTeX, each with its source in a comment.

    Examples
    --------
    >>> print(write({"keys": Value("keys", "1,000", "results/x/run.json")}), end="")
    % Made by paper.build from the stored results; do not edit.
    \defineval{keys}{1,000}% results/x/run.json
    """
    lines = ["% Made by paper.build from the stored results; do not edit."]
    lines += [f"\\defineval{{{value.name}}}{{{value.latex}}}% {value.source}" for value in values.values()]
    return "\n".join(lines) + "\n"


def _definitions() -> Iterator[Value]:
    """Yield what the code defines: widths, defaults, levels."""
    bits = hash_function("xxh64").width
    yield Value("hash-bits", str(bits), "algorithms.hashing: the width of xxh64")
    yield Value("article-bits", str(hash_function("sha1_28").width), "algorithms.hashing: sha1_28")
    for name in algorithm_names():
        for parameter, described_by in parameters_of(name).items():
            if isinstance(described_by.default, int) and parameter not in ("seed",):
                yield Value(f"default/{name}/{parameter}", Count().text(described_by.default, {}), f"{name}'s signature")
    yield Value("jump-bits", str(BITS), "experiments.claims.recipes.jump.BITS")
    yield Value("algorithms", _in_words(len(algorithm_names())), "algorithms.registry")
    yield Value("level", _percent(inference.LEVEL, 0), "experiments.inference.LEVEL")
    for cv in GOALS:
        name = f"{100 * cv:.0f}"
        yield Value(f"cv-goal/{name}", _percent(cv, 0), "paper.values.GOALS")
        yield Value(f"points-needed/{name}", Count().text(theory.points_needed(cv), {}), "experiments.theory.points_needed")


def _parameters(sources: Sources) -> Iterator[Value]:
    """Yield the parameters of every run: single numbers, and how many a list has."""
    for name in ("scaling", "sequence", "balance", "hashes", "properties", "claims", "article", "throughput"):
        run = sources.run(name)
        for parameter, value in run.facts["parameters"].items():
            source = f"{run.place}/run.json: parameters.{parameter}"
            if isinstance(value, int) and not isinstance(value, bool):
                yield Value(f"param/{name}/{parameter}", Count().text(value, {}), source)
            elif isinstance(value, list):
                yield Value(f"param/{name}/{parameter}/count", _in_words(len(value)), f"{source}, how many")
                yield Value(f"param/{name}/{parameter}/all", _listed(value), source)
        yield Value(f"minutes/{name}", Significant(2).text(run.facts["seconds"] / 60, {}), f"{run.place}/run.json: seconds")
    yield Value("commit", f"\\texttt{{{str(sources.run('scaling').facts['commit'])[:10]}}}", "run.json: commit")
    facts = sources.run("throughput").facts
    yield Value("cpu", escape_latex(str(facts["machine"]["cpu"])), "throughput's run.json: machine.cpu")
    yield Value("cpus", _in_words(int(facts["machine"]["cpus"])), "throughput's run.json: machine.cpus")
    for package in ("python", "numpy", "numba", "scipy"):
        yield Value(f"version/{package}", str(facts["versions"][package]), "throughput's run.json: versions")


def _scaling(run: Run) -> Iterator[Value]:
    followed = run.rows[(run.rows["n"] == START) & (run.rows["event"] == "add:1")]["n_after"].dropna()
    yield Value("start/nodes", str(START), "paper.tables.START, one of the run's numbers of nodes")
    yield Value("start/after", str(int(followed.iloc[0])), f"{run.place}/rows.csv: n_after of add:1")
    sampled = run.rows[(run.rows["method"] == "sampled") & run.rows["movement"].notna()]
    p_values = []
    for key, group in sampled.groupby(["workload", "n", "event", "label"], sort=False):
        workload, n, event, label = key
        name = f"{n}/{event}/{label}" + ("" if workload == "uniform" else f"/{workload}")
        source = f"{run.place}/rows.csv: mean of {{}} where {described(dict(zip(['workload', 'n', 'event', 'label'], key)))}"
        yield from _mean(f"moved/{name}", group["movement"], Percent(2), source.format("movement"))
        for column in ("minimum", "ideal", "excess", "stray", "cv_after", "cv_before"):
            yield Value(f"{column}/{name}", _percent(float(group[column].mean())), source.format(column))
        for column in ("losers", "receivers", "pairs"):
            yield Value(f"{column}/{name}", _count(group[column].mean()), source.format(column))
        law = group["law_movement"].dropna()
        if len(law):
            exact = sum(law) / len(law)
            yield Value(f"law/{name}", _percent(float(exact)), source.format("law_movement"))
            if law.nunique() == 1:
                yield Value(f"law-fraction/{name}", Fractional().text(law.iloc[0], {}), source.format("law_movement"))
            moved = group["movement"].to_numpy(dtype=float)
            if len(moved) > 1 and moved.min() < moved.max():
                p_values.append(inference.mean_agrees(moved, exact).p_value)
        if len(group["distinct"].dropna()):
            part = float((group["distinct_moved"] / group["distinct"]).mean())
            yield Value(f"distinct/{name}", _percent(part), source.format("distinct_moved / distinct"))
    corrected = inference.holm(p_values)
    place = f"{run.place}/rows.csv: t tests of movement against law_movement, Holm"
    yield Value("laws/movement/tested", str(len(corrected)), place)
    yield Value("laws/movement/agree", str(int((corrected > 0.01).sum())), place)
    yield Value("laws/movement/level", _percent(0.01, 0), place)
    exact_rows = run.rows[(run.rows["method"] == "exact") & run.rows["movement"].notna()]
    for key, group in exact_rows.groupby(["n", "event", "label"], sort=False):
        n, event, label = key
        yield from _mean(f"exact/{n}/{event}/{label}", group["movement"], Percent(2),
                         f"{run.place}/rows.csv: movement over all hashes")  # fmt: skip
        spread = group["movement"].astype(float)
        yield Value(f"exact-least/{n}/{event}/{label}", _percent(spread.min()), f"{run.place}/rows.csv: least movement over all hashes")
        yield Value(f"exact-most/{n}/{event}/{label}", _percent(spread.max()), f"{run.place}/rows.csv: most movement over all hashes")


def _balance(run: Run, prefix: str) -> Iterator[Value]:
    rows = run.rows[run.rows["cannot"].isna()]
    yield Value(f"{prefix or 'balance/'}n", Count().text(int(max(rows["n"])), {}), f"{run.place}/rows.csv: the largest n")
    if rows["points"].notna().any():
        yield Value(f"{prefix or 'balance/'}most-points", Count().text(int(rows["points"].max()), {}), f"{run.place}/rows.csv: points")
    columns = ["hash", "workload", "n", "label"]
    for key, group in rows.groupby(columns, sort=False):
        function, workload, n, label = key
        place = "shares" if workload == ALL_HASHES else workload
        name = f"{prefix}{function}/{place}/{n}/{label}"
        source = f"{run.place}/rows.csv: {{}} where {described(dict(zip(columns, key)))}"
        square = float((group["cv"] ** 2).mean())
        yield Value(f"cv/{name}", _percent(square**0.5), source.format("root mean square of cv"))
        yield from _mean(f"max/{name}", group["max_to_mean"], Significant(4), source.format("mean of max_to_mean"))
        yield Value(f"min/{name}", Significant(3).text(float(group["min_to_mean"].mean()), {}), source.format("mean of min_to_mean"))
        if group["law_cv"].notna().all():
            law = float((group["law_cv"] ** 2).mean()) ** 0.5
            yield Value(f"cv-law/{name}", _percent(law), source.format("law_cv"))
            if law:
                yield Value(f"cv-ratio/{name}", Significant(3).text(square**0.5 / law, {}), source.format("cv over law_cv"))
        if group["law_max_to_mean"].notna().all():
            yield Value(f"max-law/{name}", Significant(4).text(float(group["law_max_to_mean"].mean()), {}), source.format("law_max_to_mean"))
        if group["distinct"].notna().any():
            yield Value(f"drawn/{name}", _count(group["keys"].mean()), source.format("keys"))
            yield Value(f"distinct-keys/{name}", _count(group["distinct"].mean()), source.format("distinct"))


def _properties(run: Run) -> Iterator[Value]:
    rows, place = run.rows, f"{run.place}/rows.csv"
    yield Value("properties/checks", str(rows["property"].nunique()), f"{place}: properties")
    yield Value("properties/selections", str(rows["label"].nunique()), f"{place}: labels")
    for verdict, count in rows["verdict"].value_counts().items():
        yield Value(f"properties/{verdict}", str(count), f"{place}: rows with this verdict")
    examples = int(rows["examples"].dropna().sum())
    yield Value("properties/examples", Count().text(examples, {}), f"{place}: sum of examples")
    yield Value("properties/counterexamples", str(int(rows["counterexample"].notna().sum())), f"{place}: counterexamples")


def _claims(run: Run) -> Iterator[Value]:
    found, place = records(run.rows), f"{run.place}/rows.csv"
    yield Value("claims", str(len(found)), f"{place}: rows")
    for verdict in (CONFIRMED, REFUTED, UNDECIDED, "not implemented"):
        count = sum(row["verdict"] == verdict for row in found)
        yield Value(f"claims/{verdict}", str(count), f"{place}: rows with this verdict")
        for title in distinct(row["claim"].partition(".")[0] for row in found):
            here = sum(row["verdict"] == verdict and row["claim"].startswith(f"{title}.") for row in found)
            yield Value(f"claims/{verdict}/{title}", str(here), f"{place}: rows with this verdict")
    for claim in claims_of_files():
        for key, value in claim.given.items():
            if isinstance(value, int):
                yield Value(f"given/{claim.id}/{key}", Count().text(value, {}), f"experiments/claims: {claim.id}, given")
    for row in found:
        if "needed" in row:
            yield Value(f"needed/{row['claim']}", _rough(row["needed"]), f"{place}: needed")
        if row.get("ours") and row.get("theirs"):
            yield Value(f"ratio/{row['claim']}", Significant(2).text(row["ours"] / row["theirs"], {}), f"{place}: ours / theirs")
        yield Value(f"theirs/{row['claim']}", _set(shown_theirs(row)), f"{place}: theirs")
        if "theirs" in row:
            yield Value(f"theirs-bare/{row['claim']}", _set(shown_value(row["theirs"], row)), f"{place}: theirs")
        if "ours" in row or "ours_shown" in row:
            ours = row.get("ours_shown") or shown_value(row["ours"], row)
            yield Value(f"ours/{row['claim']}", _set(str(ours)), f"{place}: ours")
        if "low" in row and "high" in row:
            yield Value(f"low/{row['claim']}", _set(shown_value(row["low"], row)), f"{place}: low")
            yield Value(f"high/{row['claim']}", _set(shown_value(row["high"], row)), f"{place}: high")


def _article(run: Run) -> Iterator[Value]:
    rows, place = run.rows[run.rows["part"] == "published"], f"{run.place}/rows.csv"
    numbers = rows[rows["published"].notna()]
    yield Value("article/numbers", str(len(numbers)), f"{place}: published numbers")
    for verdict, count in numbers["verdict"].value_counts().items():
        yield Value(f"article/{verdict}", str(count), f"{place}: published numbers with this verdict")


def _calibration(run: Run) -> Iterator[Value]:
    return iter(())


def _sequence(run: Run) -> Iterator[Value]:
    place = f"{run.place}/rows.csv"
    for key, group in run.rows.groupby(["sequence", "n", "label"], sort=False):
        name = "/".join(map(str, key))
        source = f"{place}: mean over repetitions of {{}} where {described(dict(zip(['sequence', 'n', 'label'], key)))}"
        steps = group[group["step"] > 0]
        last = steps[steps["step"] == steps["step"].max()]
        made = steps[steps["cannot"].isna()]
        yield from _mean(f"sequence/sum/{name}", last["moved_in_all"], Percent(0), source.format("moved_in_all, last step"))
        for column in ("touched", "net", "net_ideal", "drift"):
            if last[column].notna().any():
                yield Value(f"sequence/{column}/{name}", _percent(float(last[column].mean()), 1), source.format(f"{column}, last step"))
        strays = made.groupby("repetition")["stray"].sum()
        yield Value(f"sequence/strays/{name}", _percent(float(strays.mean()), 0), source.format("the sum of stray"))
        yield Value(f"sequence/made/{name}", _in_words(made["step"].nunique()), source.format("steps that it can make"))
        yield Value(f"sequence/cv/{name}", _percent(float(last["cv"].mean())), source.format("cv, last step"))


def _speed(run: Run) -> Iterator[Value]:
    timing = run.timing
    yield Value("speed/many", Count().text(MANY, {}), "paper.values.MANY, one of the run's numbers of nodes")
    source = f"{run.place}/timing.csv: median over rounds"
    usable = timing[timing["ns_per_key"].notna() & (timing["threads"] == 1)]
    for key, group in usable.groupby(["workload", "mode", "n", "label"], sort=False):
        workload, mode, n, label = key
        name = f"{mode}/{n}/{label}" + ("" if workload == "uniform" else f"/{workload}")
        stage = group["stage"].dropna().unique()
        if len(stage) > 1:
            continue
        yield Value(f"ns/{name}", Significant(2).text(float(group["ns_per_key"].median()), {}), source)
        yield Value(f"copies/{name}", Significant(2).text(float(group["ratio_to_copy"].median()), {}), source)


def _events(run: Run) -> Iterator[Value]:
    usable = run.timing[run.timing["nanoseconds"].notna()]
    for (operation, n, label), group in usable.groupby(["operation", "n", "label"], sort=False):
        yield Value(f"ms/{operation}/{n}/{label}", Significant(2).text(float(group["nanoseconds"].median()) / 1e6, {}),
                    f"{run.place}/timing.csv: median nanoseconds of {operation}")  # fmt: skip


def _bytes(run: Run) -> Iterator[Value]:
    for row in run.rows.itertuples():
        yield Value(f"bytes/{row.n}/{row.label}", _binary(int(row.structure)), f"{run.place}/rows.csv: structure")


def _mean(name: str, values: pd.Series[Any], form: Numeric, source: str) -> Iterator[Value]:
    """Yield a mean, and half of its interval."""
    estimate = inference.mean(values.astype(float))
    yield Value(name, _set(form.text(estimate.value, {})), source)
    if estimate.interval is not None:
        half = (estimate.interval.high - estimate.interval.low) / 2
        shown = form.bare(half, estimate.value) + form.unit
        yield Value(f"{name}/half", _set(shown), f"{source}; half of the t interval over repetitions")


def _set(text: str) -> str:
    """Return a written number as LaTeX: powers of ten, minus signs, narrow spaces before units."""
    return latex_number(text).replace(" \\%", "\\,\\%")


def _percent(value: float, digits: int = 2) -> str:
    return _set(Percent(digits).text(value, {}))


def _count(value: float) -> str:
    return Count().text(round(value), {}) if abs(value - round(value)) < 0.05 else Count(1).text(value, {})


def _binary(size: int) -> str:
    """Return a number of bytes in the unit that leaves at most four digits."""
    for unit in ("B", "kB", "MB"):
        if size < 10_000:
            return f"{size:,.0f}\\,{unit}"
        size = round(size / 1000)
    return f"{size:,.0f}\\,GB"


def _rough(count: int) -> str:
    """Return a large number to one digit, as a power of ten."""
    return _set(Significant(1).text(float(count), {})) if count >= 10**9 else Count().text(count, {})


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _in_words(count: int) -> str:
    return _WORDS[count] if count < len(_WORDS) else Count().text(count, {})


def _listed(values: Iterable[Any]) -> str:
    written = [Count().text(value, {}) if isinstance(value, int) else escape_latex(str(value)) for value in values]
    return written[0] if len(written) == 1 else f"{', '.join(written[:-1])} and {written[-1]}" if written else "none"
