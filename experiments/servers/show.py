"""How the numbers of `servers` are shown: one table of all systems, all edits in a second, and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.absent import listed, together
from experiments.report.chart import Axis, Chart, Dots
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.formats import Format, Percent, Significant, is_missing
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.telling import largest
from experiments.servers.summary import summary

if TYPE_CHECKING:
    from experiments.servers.parameters import ServersParameters

TITLE = "What moves when servers are added, deleted, marked down or reweighted"
WORDS = {"add": "add", "delete": "delete", "down": "down", "reweight": "weight"}
DONE = {
    "add": "adding a server",
    "delete": "deleting the line in the middle",
    "down": "marking it down",
    "reweight": "doubling its weight",
}
AFTER = {
    "add": "{0}\N{RIGHTWARDS ARROW}{1}",
    "delete": "{0}\N{RIGHTWARDS ARROW}{2}",
    "down": "{0}",
    "reweight": "{0}",
}
"""How many servers there are before and after, in the head of a column."""

STRAY = 1e-3
"""A tenth of a percent: fewer strays are rounding, of slots and of values of a hash."""

DRAWN = "its hashes are drawn: of a sample the fullest server is fuller by chance"

MOST = 2
"""Numbers of servers in the first table; the second has all of them."""


@dataclass(frozen=True)
class Moved(Format):
    """What moves in percent, with a star where more than a little moves between others."""

    stray: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The column of strays."""
        return (self.stray,)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a percentage without its sign, which the title has."""
        stray = row[self.stray]
        return Percent(1).bare(value) + (" " if is_missing(stray) or stray < STRAY else "*")

    def latex(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write the same for LaTeX."""
        return escape_latex(self.text(value, row).rstrip())


def present(results: Results[ServersParameters]) -> Presentation:
    """Return the tables, the chart and what they mean."""
    numbers = summary(results)
    systems = _systems(numbers)
    return Presentation(
        [systems, *_edits(numbers, results.parameters), *_absent(numbers)],
        charts=[_chart(numbers["edits"], results.parameters)],
        meaning=_meaning(numbers),
        methods=[
            "Movement is of all hashes, counted by merging the arcs before and after or by residues of the "
            "least common multiple of two moduli; nginx hashes anew for a server that is down, and is "
            "counted for keys of 16 bytes. Means are over sets of addresses, with t intervals.",
            "A server that is down is out of the ring or table of Envoy, libmemcached and twemproxy as if it "
            "were deleted, of the latter two where they are told to eject it: by their sources, and not "
            "recorded. pymemcache is taken to do alike. Of nginx and HAProxy it is recorded.",
        ],
        summary=numbers,
        first=First(rows=largest(systems.frame[systems.shown()[1]])),
    )


def _systems(numbers: Summary) -> Table:
    """Return a row for each system, and a column for each edit and number of servers."""
    sheet, balance = numbers["edits"], numbers["balance"]
    counts = list(dict.fromkeys(balance.frame["n"].tolist()))[:MOST]
    edits = [edit for edit in WORDS if edit in set(_known(numbers))]
    rows = {(row["n"], row["edit"], row["system"]): row for row in sheet.records()}
    peaks = {(row["n"], row["system"]): row["busiest"] for row in balance.records()}
    labels = {row["system"]: row["label"] for row in balance.records()}
    frame: dict[str, list[Any]] = {"label": list(labels.values())}
    formats: dict[str, Format] = {}
    headers: dict[str, str | Header] = {"label": "system"}
    for n in counts:
        for edit in edits:
            name, stray = f"{edit}-{n}", f"stray-{edit}-{n}"
            cells = [rows.get((n, edit, system), {}) for system in labels]
            frame[name] = [cell.get("movement") for cell in cells]
            frame[stray] = [cell.get("stray") for cell in cells]
            formats[name] = Moved(stray)
            headers[name] = f"{WORDS[edit]} {AFTER[edit].format(n, n + 1, n - 1)}"
        name = f"peak-{n}"
        frame[name] = [peaks.get((n, system)) for system in labels]
        formats[name], headers[name] = Significant(3), f"peak {n}"
    needed = {(row["n"], row["edit"]): row["needed"] for row in numbers["needed"].records()}
    least = [
        f"of {n}, " + ", ".join(f"{WORDS[edit]} {Percent(1).bare(needed[n, edit])}" for edit in known)
        for n in counts
        if (known := [edit for edit in edits if (n, edit) in needed])
    ]
    caption = [
        f"Needed: {'; '.join(least)}." if least else "",
        "* some move between servers that it is not about. Peak: the fullest server over the mean. "
        "\N{EN DASH}: --details says why.",
    ]
    return Table(
        "servers",
        f"{TITLE}: % of all keys",
        pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in frame.items()}),
        " ".join(filter(None, caption)),
        formats=formats,
        headers=headers,
        columns=["label", *formats],
    )


def _known(numbers: Summary) -> list[str]:
    """Return the edits of a run, those too that no system has."""
    return [*numbers["edits"].frame["edit"], *numbers["absent"].frame["edit"]]


def _edits(numbers: Summary, parameters: ServersParameters) -> list[Table]:
    """Return all that is known of each edit."""
    sheet = numbers["edits"]
    columns = [
        "n", "edit", "label", "movement", "law_movement", "ideal", "minimum", "stray", "law_stray",
        "busiest", "busiest_after", "method",
    ]  # fmt: skip
    if sheet.frame.empty:
        return []
    return [
        Table(
            "edits",
            "What each edit moves, beside its law and what is needed",
            sheet.frame.assign(edit=sheet.frame["edit"].map(WORDS)),
            f"{_sets(parameters)} Needed: between the shares that servers are to have; of loads: between "
            "those that they have. Strays move between servers that it is not about.",
            columns=columns,
            formats=sheet.formats(columns),
            headers={
                "n": NODES.header,
                "label": "system",
                "law_movement": "law",
                "ideal": "needed",
                "minimum": "of loads",
                "stray": "strays",
                "law_stray": "law of strays",
                "busiest": "fullest before",
                "busiest_after": "after",
            },
            groups=["n", "edit"],
            detail=True,
        )
    ]


def _absent(numbers: Summary) -> list[Table]:
    """Return which system has not which edit or no peak, and why."""
    pairs = [((row["label"], row["cannot"]), WORDS[row["edit"]]) for row in numbers["absent"].records()]
    sampled = numbers["edits"].where(method="sampled")["label"].unique()
    pairs += [((label, DRAWN), "peak") for label in sampled]
    reasons = together(pairs)
    if not reasons:
        return []
    rows = [(label, listed(edits), cannot) for (label, cannot), edits in reasons.items()]
    return [
        Table.of_rows(
            "absent",
            "What there is not",
            ["system", "edit", "reason"],
            rows,
            groups=["system"],
            detail=True,
        )
    ]


def _sets(parameters: ServersParameters) -> str:
    return (
        f"Means over {parameters.repetitions:,} sets of addresses, where these decide, with 95 % t "
        f"intervals; sampled: {parameters.keys:,} hashes in each. HAProxy without ids has one ring for all "
        "sets."
    )


def _chart(sheet: Sheet, parameters: ServersParameters) -> Chart:
    moved = Axis("movement", "keys that move", "percent")
    dots = Dots(moved, "system", low="low", high="high", law="law_movement", missing="no such edit")
    frame = sheet.frame.assign(edit=sheet.frame["edit"].map(WORDS), system=sheet.frame["label"])
    caption = f"{_sets(parameters)} Marks: the law, where one is known."
    return Chart("moved", TITLE, caption, frame, dots, series="edit", choices={"n": "Servers"})


def _meaning(numbers: Summary) -> list[str]:
    """Return what moves needlessly, where deleting is not marking down, and how full the fullest is."""
    sentences = []
    for edit in dict.fromkeys(numbers["needed"].frame["edit"]):
        rows = [row for row in numbers["needed"].records() if row["edit"] == edit]
        parts = [
            f"{Percent(1).text(row['needed'], {})} of the keys of {row['n']} servers, and {row['wasteful']} "
            f"of {row['systems']} systems move more than twice that, up to {Percent(1).text(row['most'], {})}"
            for row in rows
        ]
        if edit == "add" or len(set(numbers["needed"].frame["edit"])) == 1:
            sentences.append(f"{DONE[edit].capitalize()} must move {'; '.join(parts)}.")
    apart = numbers["apart"].records()
    if apart:
        n = apart[-1]["n"]
        pairs = [
            f"{row['label']} {Percent(1).bare(row['delete'])} and {Percent(1).text(row['down'], {})}"
            for row in apart
            if row["n"] == n
        ]
        sentences.append(
            f"Deleting a line of {n} moves more than twice what marking it down does: {listed(pairs)}."
        )
    return sentences + _fullest(numbers["balance"])


def _fullest(sheet: Sheet) -> list[str]:
    records: Sequence[Mapping[str, Any]] = [row for row in sheet.records() if not is_missing(row["busiest"])]
    if not records:
        return []
    worst = max(records, key=lambda row: float(row["busiest"]))
    return [
        f"The fullest server of all is one of {worst['n']} in {worst['label']}: "
        f"{Significant(3).text(worst['busiest'], {})} times the mean."
    ]
