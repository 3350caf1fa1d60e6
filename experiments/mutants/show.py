"""How the rows of `mutants` are shown: the score, what each check kills, survivors and equivalent ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from experiments.inference.verdict import EQUIVALENT, KILLED, SURVIVED
from experiments.mutants.summary import summary
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import is_missing
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from experiments.mutants.parameters import MutantsParameters

KINDS = {
    "placements": "wrong answers",
    "movements": "wrong events",
    "shares": "weights and arcs",
    "replicas": "replicas",
    "elsewhere": "other processes, threads, copies",
    "refusals": "bad input taken",
    "edit": "edits of the source",
}
"""What was planted, by the kind of its defect."""

COMPARED = (
    "All hashes of 8 and 12 bits, and 8192 and the corners of 28 and of all bits, of 1 to 257 nodes "
    "of weight 1 and of mixed weights, after up to six events, in each variant that parameters name; "
    "with replicas, arcs, single keys and the expression that builds it."
)

COLUMNS = ("planted", KILLED, SURVIVED, EQUIVALENT, "score")


def present(results: Results[MutantsParameters]) -> Presentation:
    """Return tables and meaning of a run of `mutants`."""
    numbers, parameters = summary(results), results.parameters
    mutants = numbers["mutants"]
    return Presentation(
        [
            _scores(numbers, parameters),
            _families(numbers),
            *_checks(numbers["checks"]),
            *_survivors(mutants),
            *_equivalent(mutants),
            *_killed(mutants),
        ],
        meaning=_meaning(numbers, mutants),
        methods=[
            "Defects are planted by transformations of classes and by edits of source; each check makes "
            f"{parameters.effort} examples, and {parameters.longer} where none has killed a mutant by then."
        ],
        summary=numbers,
    )


def _scores(numbers: Summary, parameters: MutantsParameters) -> Table:
    frame = numbers["kinds"].frame
    return Table(
        "score",
        "Planted defects, and how many of them the checks kill",
        frame.assign(kind=[KINDS[kind] for kind in frame["kind"]]),
        "Score: killed, of those that are not equivalent to the honest member. "
        f"{parameters.effort} examples a search, then {parameters.longer}; seed {parameters.seed}.",
        columns=["kind", *COLUMNS],
        headers={"kind": "defects"},
        formats=numbers["kinds"].formats(frame.columns),
    )


def _families(numbers: Summary) -> Table:
    sheet = numbers["families"]
    return Table(
        "families",
        "The same by family",
        sheet.frame,
        columns=["family", *COLUMNS],
        formats=sheet.formats(sheet.frame.columns),
    )


def _checks(sheet: Sheet) -> Iterable[Table]:
    if sheet.frame.empty:
        return
    yield Table(
        "checks",
        "What each check kills",
        sheet.frame,
        "Searches are made of every mutant; other checks are asked of what no search kills, one after the "
        "other until one does. Alone: no other search kills it. The machine counts no examples.",
        columns=["check", "kills", "alone", "median_examples", "most_examples"],
        headers={"median_examples": "examples, median", "most_examples": "most"},
        formats=sheet.formats(sheet.frame.columns),
    )


def _survivors(mutants: Sheet) -> Iterable[Table]:
    frame = mutants.where(verdict=SURVIVED).reset_index(drop=True)
    if not frame.empty:
        yield Table(
            "survivors",
            "Survivors: no check kills them",
            frame,
            "The first difference from the honest member, where one was found among so many answers. "
            f"{COMPARED}",
            columns=["mutant", "about", "placements", "difference", "reason"],
            headers={
                "about": "what is wrong",
                "placements": "answers compared",
                "difference": "first difference",
            },
            formats=mutants.formats(frame.columns),
        )


def _equivalent(mutants: Sheet) -> Iterable[Table]:
    frame = mutants.where(verdict=EQUIVALENT).reset_index(drop=True)
    if not frame.empty:
        yield Table(
            "equivalent",
            "Equivalent: no answer differs from the honest member's, and the reason why none can",
            frame,
            f"Compared were {COMPARED[0].lower()}{COMPARED[1:]}",
            columns=["mutant", "about", "placements", "reason"],
            headers={"about": "what is wrong", "placements": "answers compared"},
            formats=mutants.formats(frame.columns),
        )


def _killed(mutants: Sheet) -> Iterable[Table]:
    frame = mutants.where(verdict=KILLED).reset_index(drop=True)
    if not frame.empty:
        yield Table(
            "killed",
            "Killed, by the check that needed the fewest examples",
            frame,
            columns=["mutant", "about", "killed_by", "examples"],
            headers={"about": "what is wrong", "killed_by": "killed by"},
            formats=mutants.formats(frame.columns),
        )


def _meaning(numbers: Summary, mutants: Sheet) -> list[str]:
    said = {name: numbers.value(name).text for name in ("planted", KILLED, SURVIVED, EQUIVALENT, "members")}
    sentences = [
        f"Of {said['planted']} defects in {said['members']} members the checks kill {said[KILLED]}; "
        f"{said[EQUIVALENT]} are shown to be equivalent to the honest member, and {said[SURVIVED]} survive."
    ]
    if not is_missing(numbers["all"].records()[0]["score"]):
        sentences.append(f"Score: {numbers.value('score').text} of those that are not equivalent.")
    unexplained = [
        str(row["mutant"])
        for row in mutants.records()
        if row["verdict"] == SURVIVED and is_missing(row["reason"])
    ]
    if unexplained:
        sentences.append(f"No reason is written down for {', '.join(unexplained[:5])}: look at each.")
    return sentences
