"""The article's tables, made of stored rows and of what the algorithms say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from algorithms import Capability
from algorithms.registry import spec_of, usual
from experiments import events, inference
from experiments.properties.show import SYMBOLS
from experiments.report.tables import latex
from experiments.report.tables.formats import Interval, Percent, Significant
from experiments.report.tables.table import Header, Table
from experiments.storage.records import records
from paper.sources import Sources, distinct

__all__ = ["TABLES", "render"]

SHORT: Mapping[Capability, str] = {
    Capability.REMOVES_ANY: "any leaves",
    Capability.WEIGHTED: "weights",
    Capability.MINIMAL_MOVEMENT: "minimal",
    Capability.UNIFORM: "uniform",
    Capability.ORDERED: "ordered",
    Capability.REPLICAS: "replicas",
    Capability.ORDER_INDEPENDENT: "unordered",
}
"""The capabilities that a user notices, and the heads of their columns."""

SHOWN = (
    "growth_onto_new_only", "removal_from_removed_only", "one_weight_moves_one_node",
    "add_then_remove_is_identity",
    "independent_of_naming_order", "removes_any", "uniform", "shares_follow_weights", "ordered",
    "replicas_distinct", "replicas_lose_only_removed", "replicas_gain_only_new",
)  # fmt: skip
"""Properties in the article's matrix, where they are among those that were checked."""

WIDE = ("algorithms", "movement", "counterexamples", "calibration")
"""Tables over both columns of the page."""


def algorithms(sources: Sources) -> Table:
    """Return what each algorithm computes, costs and declares."""
    rows = []
    for name in sorted(usual(), key=lambda name: (spec_of(name).baseline, name)):
        spec = spec_of(name)
        marks = ["+" if spec.can(capability) else None for capability in SHORT]
        rows.append((name, spec.summary, spec.lookup_cost.order, spec.memory_cost.order, *marks))
    heads = tuple(SHORT.values())
    return Table.of_rows(
        "algorithms",
        "The algorithms",
        ["algorithm", "a key's node", "lookup", "memory", *heads],
        rows,
        caption="What each computes, its usual costs, and what it declares: any node can leave; "
        "shares follow weights; "
        "adding and removing makes no stray moves; equal shares; ranges of hashes in order; replicas; "
        "independence of the "
        "order in which nodes were named. The last three are baselines.",
        align=dict.fromkeys(heads, "center"),
        headers={head: Header(head, rf"\rotatebox{{90}}{{{head}}}") for head in heads},
    )


def matrix(sources: Sources) -> Table:
    """Return the properties that users notice, by algorithm."""
    run = sources.run("properties")
    rows = run.rows
    labels = [label for label in distinct(rows["label"]) if ":" not in label]
    cells = {(row["property"], row["label"]): SYMBOLS[row["verdict"]] for row in records(rows)}
    shown = [name for name in SHOWN if name in set(rows["property"])]
    return Table.of_rows(
        "matrix",
        "What holds",
        ["property", *labels],
        [(name.replace("_", " "), *(cells.get((name, label)) for label in labels)) for name in shown],
        caption="+ holds in all examples, or at its level of significance; o is not declared and "
        "refuted by a counterexample; "
        f"· does not apply, for a reason. At least {run.parameter('effort'):,} examples a cell.",
        align=dict.fromkeys(labels, "center"),
        headers={label: Header(label, rf"\rotatebox{{90}}{{{_escaped(label)}}}") for label in labels},
    )


def counterexamples(sources: Sources) -> Table:
    """Return the smallest counterexamples of one algorithm for each property that some lack."""
    rows = sources.run("properties").rows
    refuted = rows[
        rows["counterexample"].notna() & rows["property"].isin(SHOWN) & (rows["kind"] == "property")
    ]
    order = {name: place for place, name in enumerate(SHOWN)}
    refuted = refuted.sort_values("property", key=lambda names: names.map(order), kind="stable")
    chosen = refuted[refuted["label"] != "random_choice"].groupby("property", sort=False).head(2)
    return Table.of_rows(
        "counterexamples",
        "Smallest counterexamples",
        ["property", "algorithm", "counterexample"],
        [(row["property"].replace("_", " "), row["label"], row["counterexample"]) for row in records(chosen)],
        caption="As Hypothesis shrank them, and in the words in which the suite prints them. Buckets are "
        "numbered from nought, in the order in which nodes are named; hash spaces of a few bits keep "
        "them small.",
        groups=["property"],
    )


def movement(sources: Sources) -> Table:
    """Return movement by algorithm and event, with intervals, laws and the ideal."""
    run = sources.run("scaling")
    n = START
    rows = run.rows[
        (run.rows["method"] == "sampled") & (run.rows["workload"] == "uniform") & (run.rows["n"] == n)
    ]
    asked = list(run.parameter("event"))
    body: list[dict[str, Any]] = []
    for label in distinct(rows["label"]):
        line: dict[str, Any] = {"algorithm": label}
        for event in asked:
            part = rows[(rows["label"] == label) & (rows["event"] == event)]["movement"].dropna()
            line[event] = float(part.mean()) if len(part) else None
        body.append(line)
    ideal = {event: float(rows[rows["event"] == event]["ideal"].dropna().mean()) for event in asked}
    body.append({"algorithm": "ideal", **ideal})
    heads = {
        event: Header(title, rf"\shortstack{{{_stacked(title)}}}")
        for event in asked
        for title in [events.parse(event).title]
    }
    return Table.of_rows(
        "movement",
        "Keys moved by each scale event",
        ["algorithm", *asked],
        [tuple(line.values()) for line in body],
        caption=f"{n} nodes, {run.parameter('keys'):,} uniform keys, means over "
        f"{run.parameter('repetitions')} repetitions with new keys and hash seeds; "
        f"{inference.LEVEL:.0%} t intervals are within ± {_widest(rows):.2f} percentage points, those of "
        "key range under random removals aside. A dash: the algorithm cannot do it.",
        formats=dict.fromkeys(asked, Percent(2)),
        headers=heads,
    )


def calibration(sources: Sources) -> Table:
    """Return the rates at which intervals cover, tests reject, and biases are found."""
    run = sources.run("calibration")
    known = {(row["kind"], row["procedure"]): row for row in records(run.rows)}
    rows = [known[kind, name] for kind, names in CALIBRATED.items() for name in names]
    words = {"equals": "", "at least": "at least ", "at most": "at most "}
    return Table.of_rows(
        "calibration",
        "Tests of the tests",
        ["asked of it", "procedure", "stated", "rate", "low", "high", "data sets"],
        [
            (
                row["kind"],
                row["says"],
                words[row["relation"]] + Percent(1).text(row["nominal"], {}),
                *(row[name] for name in ("rate", "low", "high", "simulations")),
            )
            for row in rows
        ],
        caption="Over simulated data whose truth is known: how often an interval covers it, a true "
        "hypothesis is rejected, and a planted difference is found, with exact intervals of the rates. "
        "The last lines are the wrong methods.",
        formats={"rate": Interval(Percent(1), "low", "high")},
        align={"stated": "right"},
        groups=["asked of it"],
    )


def balance(sources: Sources) -> Table:
    """Return loads of uniform keys beside their laws, for the largest and a small number of nodes."""
    run = sources.run("balance")
    rows = run.rows[
        run.rows["cannot"].isna() & (run.rows["workload"] == "uniform") & (run.rows["hash"] == "xxh64")
    ]
    body = []
    for n in (min(rows["n"]), max(rows["n"])):
        for label in distinct(rows["label"]):
            part = rows[(rows["n"] == n) & (rows["label"] == label)]
            law = part["law_cv"].dropna()
            top = part["law_max_to_mean"].dropna()
            body.append((
                n, label.replace("points=", "").replace(":", ", "),
                float((part["cv"] ** 2).mean()) ** 0.5, float((law**2).mean()) ** 0.5 if len(law) else None,
                float(part["max_to_mean"].mean()), float(top.mean()) if len(top) else None,
            ))  # fmt: skip
    return Table.of_rows(
        "balance",
        "Load of the nodes",
        ["n", "algorithm", "CV", "law", "max/mean", "law "],
        body,
        caption=f"{run.parameter('keys'):,} uniform keys, {run.parameter('repetitions')} repetitions. "
        "CV: root mean square; max/mean: mean. A ring's label has its points a node.",
        formats={"CV": Percent(2), "law": Percent(2), "max/mean": Significant(4), "law ": Significant(4)},
        headers={"n": Header("n", "$n$"), "law ": "law"},
        groups=["n"],
    )


def hashes(sources: Sources) -> Table:
    """Return what hash functions do to sequential keys."""
    run = sources.run("hashes")
    rows = run.rows[
        run.rows["cannot"].isna() & (run.rows["workload"] == "sequential") & (run.rows["method"] == "sampled")
    ]
    n = max(rows["n"])
    rows = rows[rows["n"] == n]
    functions = distinct(rows["hash"])
    labels = [label for label in distinct(rows["label"]) if "points" not in label or label.endswith("=160")]
    body = []
    for label in labels:
        line: list[Any] = [label.partition(":")[0]]
        for function in functions:
            part = rows[(rows["label"] == label) & (rows["hash"] == function)]
            law = float((part["law_cv"] ** 2).mean()) ** 0.5
            line.append(float((part["cv"] ** 2).mean()) ** 0.5 / law if law else None)
        body.append(tuple(line))
    return Table.of_rows(
        "hashes",
        "Sequential keys under good and poor hash functions",
        ["algorithm", *functions],
        body,
        caption=f"CV of the loads over the CV that random hashes would give, {n:,} nodes, "
        f"{run.parameter('keys'):,} keys. One is as good as random, below it is more even "
        "than chance.",
        formats=dict.fromkeys(functions, Significant(2)),
        headers={
            function: Header(function, rf"\rotatebox{{90}}{{{_escaped(function)}}}") for function in functions
        },
    )


def claims(sources: Sources) -> Table:
    """Return how many claims of each source were confirmed, refuted, undecided."""
    rows = sources.run("claims").rows
    verdicts = ["confirmed", "refuted", "undecided", "not implemented"]
    body = []
    sources_of = rows["claim"].str.partition(".")[0]
    for name in distinct(sources_of):
        found = list(rows[sources_of == name]["verdict"])
        body.append((name.replace("_", " "), len(found), *map(found.count, verdicts)))
    found = list(rows["verdict"])
    body.append(("all", len(found), *map(found.count, verdicts)))
    return Table.of_rows(
        "claims",
        "Verdicts on published numbers",
        ["source", "claims", *verdicts],
        body,
        caption="By source. All intervals of the sampled ones hold together.",
        headers={
            "not implemented": Header("waiting"),
            "confirmed": "conf.",
            "refuted": "ref.",
            "undecided": "und.",
        },
    )


CALIBRATED: Mapping[str, tuple[str, ...]] = {
    "coverage": ("t-over-rings", "clopper-pearson", "beta-of-a-ring", "bca-of-maxima", "chi-square-of-a-cv"),
    "rejection": (
        "mean-agrees", "g-of-jump", "scaled-chi-square-of-a-ring", "law-of-rings", "holm-of-a-family",
        "equivalence-at-the-margin",
    ),
    "power": ("one-node-has-more", "keys-needed-for-movement", "equivalence-of-equals"),
    "warning": ("binomial-over-rings", "g-of-a-ring"),
}  # fmt: skip
"""The procedures in the article's table, by what is asked of them."""

START = 16
"""The number of nodes that the article follows through its events."""

TABLES: tuple[Callable[[Sources], Table], ...] = (
    algorithms, matrix, counterexamples, calibration, movement, balance, hashes, claims,
)  # fmt: skip
"""All tables, in the order of the text."""


def render(table: Table) -> str:
    """Return a table for a page of two columns: over one of them, or over both."""
    kind = "table*" if table.name in WIDE else "table"
    written = (
        latex.write(table)
        .replace("{table}", f"{{{kind}}}")
        .replace(r"\centering", r"\centering\footnotesize\setlength{\tabcolsep}{3pt}")
    )
    return (
        written.replace("0.35\\linewidth", "0.52\\linewidth") if table.name == "counterexamples" else written
    )


def _widest(rows: Any) -> float:
    found = []
    for (_, label), group in rows[rows["movement"].notna()].groupby(["event", "label"], sort=False):
        interval = inference.mean(group["movement"].astype(float)).interval
        if interval is not None and label != "key_range":
            found.append((interval.high - interval.low) / 2)
    return 100 * max(found, default=0.0)


def _stacked(title: str) -> str:
    words = _escaped(title.replace("×", "times")).split()
    return r" \\ ".join([" ".join(words[:2]), " ".join(words[2:])]) if len(words) > 2 else r" \\ ".join(words)


def _escaped(text: str) -> str:
    from experiments.report.tables.escapes import escape_latex

    return escape_latex(text)
