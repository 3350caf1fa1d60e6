"""What can stand behind ``python -m experiments.run``: a file each, with its parser and its function.

The function is called ``command``: it yields what is to be printed, and returns the exit code.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from experiments.harness.experiment import Find

__all__ = ["COMMANDS", "EXPERIMENT", "PROGRAM", "Command", "Complaint", "Invocation", "Output", "Styled"]

PROGRAM = "python -m experiments.run"


@dataclass(frozen=True)
class Command:
    """What stands in the place of an experiment.

    Parameters
    ----------
    module
        Of this package, imported when the command is given; none is named after a builtin, as ``all`` is.
    summary
        What it does.
    usage
        How it is typed, and what that does.
    """

    module: str
    summary: str
    usage: Mapping[str, str]


COMMANDS: Mapping[str, Command] = {
    "list": Command(
        "lists",
        "what there is: experiments, algorithms, parameters, hashes, workloads, events",
        {
            "list": "the experiments, a line each",
            "list algorithms | parameters | hashes | workloads | events | results [PATH ...]": "",
        },
    ),
    "all": Command(
        "committed",
        "run every experiment whose results are committed",
        {"all [--profile P]": "run every experiment whose results are committed"},
    ),
    "verify": Command(
        "verify",
        "compute stored results again and compare",
        {"verify [PATH ...]": "compute stored results again and compare"},
    ),
    "report": Command(
        "report",
        "a document of stored results, as HTML, Markdown or LaTeX",
        {"report [PATH ...]": "a document of stored results, as HTML, Markdown or LaTeX"},
    ),
    "plan": Command(
        "plan",
        "which node has a key and what moves, from a deployed program's configuration",
        {
            "plan FILE [FILE]": "nodes, shares and moves of a deployed program's configuration",
            "plan which FILE KEY ...": "which node has a key",
        },
    ),
}
"""All that is not the name of an experiment."""

EXPERIMENT = "experiment"
"""The module for the name of an experiment."""


@dataclass(frozen=True)
class Invocation:
    """A command line: what was typed behind the program's name, and how experiments are found."""

    typed: Sequence[str]
    find: Find

    @property
    def rest(self) -> list[str]:
        """Return what stands behind the command."""
        return list(self.typed[1:])

    @property
    def program(self) -> str:
        """Return how the command is typed."""
        return f"{PROGRAM} {self.typed[0]}"

    @property
    def command(self) -> list[str]:
        """Return the whole of it, as it is recorded with results."""
        return [*PROGRAM.split(), *self.typed]


@dataclass(frozen=True)
class Styled:
    """A text whose control characters are meant."""

    text: str


@dataclass(frozen=True)
class Complaint:
    """A sentence for the standard error."""

    sentence: str


Output = Generator[str | Styled | Complaint, None, int]
