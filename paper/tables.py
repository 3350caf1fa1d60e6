"""The article's tables, made of stored rows and of what the algorithms say of themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from algorithms import Capability
from algorithms.registry import names, spec_of, usual
from experiments.calibration.summary import Rate
from experiments.inference.levels import LEVEL
from experiments.inference.verdict import AGREES, DIFFERS, OPEN
from experiments.laws.tested import NO_LAW
from experiments.report.tables.formats import Interval, Percent, Significant, single
from experiments.report.tables.table import Header, Table
from paper.sources import Sources
from paper.typeset import CITES, escaped, stacked

__all__ = ["START", "TABLES"]

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

SHORTLY = {"add:1": "one joins", "remove:last": "last leaves", "remove:middle": "middle leaves"}
"""Events in two words."""

SIGNS: Mapping[str, str] = {AGREES: "=", OPEN: "o", DIFFERS: "x", NO_LAW: "·"}
"""What a table says of a test in one letter."""


def measured(sources: Sources) -> Table:
    """Return who compared placements before, and with which intervals and tests, by what was read of them."""
    file = Path(__file__).with_name("measured.toml")
    comparisons = tomllib.loads(file.read_text(encoding="utf-8"))["comparison"]
    columns = ("measured", "repeated", "intervals", "tests", "law", "read")
    return Table.of_rows(
        "measured",
        "Who measured what",
        ["who", *columns],
        [
            (
                " ".join([row["who"], *(CITES + ",".join(row["works"]) for _ in row["works"][:1])]),
                *(row.get(column) or None for column in columns),
            )
            for row in comparisons
        ],
        caption="With which repetitions, intervals, tests and laws, as far as they could be read; a dash: "
        "none. The last column says what was read. Monotonicity: that keys move only onto new nodes, or off "
        "those that left.",
        headers={"law": "law beside"},
    )


def algorithms(sources: Sources) -> Table:
    """Return what each algorithm costs and declares, by families, those of deployed programs aside."""
    rows = []
    known = {name: spec_of(name) for name in names()}
    for name, spec in sorted(known.items(), key=lambda item: (item[1].baseline, item[1].family, item[0])):
        if spec.kind != "deployed":
            marks = ["+" if spec.can(capability) else None for capability in SHORT]
            works = [CITES + publication.key for publication in spec.publications[:1]]
            rows.append((" ".join([name, *works]), spec.lookup_cost.order, spec.memory_cost.order, *marks))
    heads = tuple(SHORT.values())
    return Table.of_rows(
        "algorithms",
        "The algorithms",
        ["algorithm", "lookup", "memory", *heads],
        rows,
        caption="Their usual costs, and what they declare: any node can leave; shares follow weights; adding "
        "and removing makes no stray moves; equal shares; ranges of hashes in order; replicas; independence "
        "of the order in which nodes were named. By families; baselines stand last.",
        align=dict.fromkeys(heads, "center"),
        headers={head: Header(head, rf"\rotatebox{{90}}{{{head}}}") for head in heads},
    )


def matrix(sources: Sources) -> Table:
    """Return the properties that users notice, by algorithm."""
    run = sources.run("properties")
    cells = run.summary["cells"].frame
    symbols = cells.pivot(index="property", columns="label", values="symbol")
    labels = [label for label in dict.fromkeys(cells["label"]) if ":" not in label]
    return Table.of_rows(
        "matrix",
        "What holds",
        ["property", *labels],
        [(name.replace("_", " "), *symbols.loc[name, labels]) for name in SHOWN if name in symbols.index],
        caption="+ holds in all examples, or at its level of significance; o is not declared and "
        "refuted by a counterexample, (+) neither declared nor refuted; "
        f"· does not apply, for a reason. A cell that draws has {run.summary.value('least').text} examples.",
        align=dict.fromkeys(labels, "center"),
        headers={label: Header(label, rf"\rotatebox{{90}}{{{escaped(label)}}}") for label in labels},
    )


def counterexamples(sources: Sources) -> Table:
    """Return the smallest counterexamples of one algorithm for each property that some lack."""
    cells = sources.run("properties").summary["cells"].frame
    refuted = cells[
        cells["counterexample"].notna() & cells["property"].isin(SHOWN) & (cells["kind"] == "property")
    ]
    order = {name: place for place, name in enumerate(SHOWN)}
    refuted = refuted[refuted["label"] != "random_choice"]
    rank = {name: place for place, name in enumerate(usual())}
    refuted = refuted.sort_values(
        "label", key=lambda labels: labels.map(rank), kind="stable"
    )  # others behind
    refuted = refuted.sort_values("property", key=lambda names: names.map(order), kind="stable")
    chosen = refuted.groupby("property", sort=False).head(1)
    return Table.of_rows(
        "counterexamples",
        "Smallest counterexamples",
        ["property", "algorithm", "counterexample"],
        [
            (name.replace("_", " "), label, example)
            for name, label, example in zip(
                *(chosen[column] for column in ("property", "label", "counterexample")), strict=True
            )
        ],
        caption="As Hypothesis shrank them, and in the words in which the suite prints them. Buckets are "
        "numbered from nought, in the order in which nodes are named; hash spaces of a few bits keep "
        "them small.",
        groups=["property"],
    )


def movement(sources: Sources) -> Table:
    """Return movement by algorithm and event, beside the ideal."""
    run = sources.run("scaling")
    numbers, case = run.summary, {"workload": "uniform", "n": START}
    events, asked = numbers["events"].where(**case), numbers["asked"].where(**case)
    moved = events.pivot(index="label", columns="event", values="movement")
    moved = moved.reindex(index=list(dict.fromkeys(events["label"])), columns=list(asked["event"]))
    body = [*moved.itertuples(name=None), ("ideal", *asked["ideal"])]
    widest = events[events["label"] != "key_range"]["half"].max()
    heads = {
        event: Header(title, rf"\shortstack{{{stacked(title)}}}")
        for event, title in zip(asked["event"], asked["title"], strict=True)
    }
    return Table.of_rows(
        "movement",
        "Keys moved by each scale event",
        ["algorithm", *heads],
        body,
        caption=f"{START} nodes, {run.parameter('keys'):,} uniform keys, means over "
        f"{run.parameter('repetitions')} repetitions with new keys and hash seeds; "
        f"{LEVEL:.0%} t intervals are within ± {100 * widest:.2f} percentage points, those of "
        "key range under random removals aside. A dash: the algorithm cannot do it.",
        formats=dict.fromkeys(heads, numbers["events"].measures["movement"].format),
        headers=heads,
    )


def calibration(sources: Sources) -> Table:
    """Return the rates at which intervals cover, tests reject, and biases are found."""
    sheet = sources.run("calibration").summary["procedures"]
    known = {(row["kind"], row["procedure"]): row for row in sheet.records()}
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
                words[row["relation"]] + sheet.measures["nominal"].format.text(row["nominal"], row),
                *(row[name] for name in ("rate", "low", "high", "simulations")),
            )
            for row in rows
        ],
        caption="Over simulated data whose truth is known: how often an interval covers it, a true "
        "hypothesis is rejected, and a planted difference is found, with exact intervals of the rates. "
        "The last lines are the wrong methods.",
        formats={"rate": Interval(Rate(1), "low", "high")},
        align={"stated": "right"},
        groups=["asked of it"],
    )


def mutants(sources: Sources) -> Table:
    """Return how many planted defects of each kind the checks kill."""
    run = sources.run("mutants")
    (score,) = (table for table in run.presentation.tables if table.name == "score")
    columns = [column for column in score.shown() if column != "score"]
    return replace(score, name="mutants", columns=columns, headers={**score.headers, "equivalent": "alike"})


def members(sources: Sources) -> Table:
    """Return movement and balance of all algorithms beside their laws, at the largest number of nodes."""
    run = sources.run("laws")
    (lines,) = (table for table in run.presentation.tables if table.name == "laws")
    n = max(run.parameter("nodes"))
    heads = {column: lines.header(column) for column in lines.shown() if column != "n"}
    frame = lines.frame[lines.frame["n"] == n].reset_index(drop=True)
    says = {column: frame[column].map(SIGNS) for column in ("moves_as", "loads_as")}
    widest = [run.summary.value(f"widest_{name}/{n}").text for name in ("movement", "cv", "largest")]
    return replace(
        lines,
        name="members",
        title="All algorithms beside their laws",
        frame=frame.assign(**says),
        caption=f"Means over {run.parameter('draws'):,} draws of names, a hash seed and "
        f"{run.parameter('keys'):,} keys of {n} nodes: what each event moves, the CV of the loads and the "
        f"largest over the mean; half of the {LEVEL:.0%} intervals is at most {', '.join(widest)}. "
        "Law: = agrees in all tests, o is open, x differs in one, · none is known. A dash: the algorithm "
        "cannot do it.",
        columns=list(heads),
        groups=[],
        notes=(),
        formats={column: single(form) for column, form in lines.formats.items()},
        headers={
            **{column: "law" if column in says else head for column, head in heads.items()},
            **{event: Header(words, rf"\shortstack{{{stacked(words)}}}") for event, words in SHORTLY.items()},
        },
        align=dict.fromkeys(says, "center"),
    )


def servers(sources: Sources) -> Table:
    """Return what an edit of a configuration moves in each deployed system."""
    run = sources.run("servers")
    shown = next(table for table in run.presentation.tables if table.name == "servers")
    heads = {column: shown.header(column) for column in shown.shown()}
    least: dict[int, list[str]] = {}
    for row in run.summary["needed"].records():
        least.setdefault(row["n"], []).append(f"{row['edit']} {Percent(1).bare(row['needed'])}")
    return replace(
        shown,
        title="What edits of a configuration move",
        caption="Of all hashes, in %, exact but for two systems whose hashes are drawn; means over "
        f"{run.parameter('repetitions')} sets of addresses where a placement depends on them. Needed: "
        + "; ".join(f"of {n}, {', '.join(words)}" for n, words in least.items())
        + ". A star: some of it moves between servers that the edit is not about. Peak: the fullest server "
        "over the mean, before. A dash: the system has no such edit.",
        headers={
            column: Header(head, rf"\shortstack{{{stacked(head)}}}" if column != "label" else "system")
            for column, head in heads.items()
        },
    )


def cost(sources: Sources) -> Table:
    """Return the steps of a lookup of all algorithms, before and after nodes have left, beside their laws."""
    run = sources.run("cost")
    n, gone = max(run.parameter("start")), sorted(run.parameter("removed"))[1]
    steps = run.summary["steps"].where(workload="uniform", n=n)
    full, left = (
        steps[(steps["order"] == order) & (steps["removed"] == removed)].set_index(["label", "step"])
        for order, removed in (("none", 0.0), ("random", gone))
    )
    body = []
    for label, step in full.index:
        first, after = full.loc[label, step], left.loc[label, step] if (label, step) in left.index else None
        later = (None,) * 4 if after is None else tuple(after[["mean", "low", "high", "law_mean"]])
        formula = first["formula"] if isinstance(first["formula"], str) else None
        body.append((label, step, formula, first["mean"], first["law_mean"], *later))
    return Table.of_rows(
        "cost",
        "Steps of a lookup",
        ["algorithm", "steps", "law", "all", "of all", "left", "low", "high", "of left"],
        body,
        caption=f"Of {n:,} nodes, and after {gone:.0%} of them left in random order: counted, with "
        f"{LEVEL:.0%} intervals, beside the law; {run.parameter('keys'):,} keys, "
        f"{run.parameter('repetitions')} repetitions. Of a numbered buckets w are alive, M is the power of "
        "two above; H and G are sums of reciprocals and of their squares. A dash: no law, or only the last "
        "can leave.",
        formats={
            "all": Significant(4),
            "of all": Significant(4),
            "left": Interval(Significant(4), "low", "high"),
            "of left": Significant(4),
        },
        headers={"all": "all live", "of all": "law", "left": f"{gone:.0%} gone", "of left": "law"},
    )


def hashes(sources: Sources) -> Table:
    """Return what hash functions do to sequential keys."""
    run = sources.run("hashes")
    sheet = run.summary["loads"]
    n = max(sheet.frame["n"])
    loads = sheet.where(workload="sequential", n=n)
    functions = list(dict.fromkeys(loads["hash"]))
    shown = [
        label for label in dict.fromkeys(loads["label"]) if "points" not in label or label.endswith("=160")
    ]
    ratios = loads.pivot(index="label", columns="hash", values="ratio")
    return Table.of_rows(
        "hashes",
        "Sequential keys under good and poor hash functions",
        ["algorithm", *functions],
        [(label.partition(":")[0], *ratios.loc[label, functions]) for label in shown],
        caption=f"CV of the loads over the CV that random hashes would give, {n:,} nodes, "
        f"{run.parameter('keys'):,} keys. One is as good as random, below it is more even "
        "than chance. Each row is over a law of its own, a ring's over that of rings, which is far above the "
        "others': rows are read along, not against each other. A function without a seed is one draw.",
        formats=dict.fromkeys(functions, Significant(2)),
        headers={
            function: Header(function, rf"\rotatebox{{90}}{{{escaped(function)}}}") for function in functions
        },
    )


def claims(sources: Sources) -> Table:
    """Return how many claims of each source were confirmed, refuted, undecided."""
    numbers = sources.run("claims").summary
    verdicts = ["confirmed", "refuted", "undecided", "not implemented"]
    all_of = numbers["verdicts"].series("claims")
    body = []
    for source, many in numbers["sources"].series("claims").items():
        counts = numbers["counts"].series("claims", source=source)
        body.append((source.replace("_", " "), many, *map(counts.get, verdicts)))
    return Table.of_rows(
        "claims",
        "Verdicts on published numbers",
        ["source", "claims", *verdicts],
        [*body, ("all", numbers.value("claims").number, *map(all_of.get, verdicts))],
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
    "level": (
        "z-of-rings", "chi-square-of-squares", "chi-square-of-ring-squares", "equivalence-by-law",
        "holm-of-many",
    ),
    "power": ("one-node-has-more", "keys-needed-for-movement", "equivalence-of-equals"),
    "warning": ("binomial-over-rings", "g-of-a-ring", "t-of-squares", "dispersion-of-repeated-keys"),
}  # fmt: skip
"""The procedures in the article's table, by what is asked of them."""

START = 16
"""The number of nodes that the article follows through its events."""

TABLES: tuple[Callable[[Sources], Table], ...] = (
    measured, algorithms, members, matrix, counterexamples, mutants, calibration, movement, hashes,
    cost, servers, claims,
)  # fmt: skip
"""All tables, in the order of the text."""
