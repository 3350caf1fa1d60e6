"""The parser of the command line's flags: bad use is raised as one sentence, not printed with a usage."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from experiments.options.errors import BadUse
from experiments.options.streams import say

__all__ = ["FlagParser"]

GIVEN = "_given"
"""Where a namespace keeps which flags it was given."""


class FlagParser(argparse.ArgumentParser):
    """Raises `BadUse` where argparse would print its usage and exit.

    Examples
    --------
    >>> FlagParser().parse_args(["--tea"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: unrecognized arguments: --tea
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.register("action", None, _StoreOnce)

    def print_help(self, file: Any = None) -> None:
        """Print the help, as everything is printed that goes to the standard output."""
        if file is None:
            say(self.format_help().rstrip("\n"))
        else:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        """Raise the message as bad use."""
        raise BadUse(message.removeprefix("argument "))


class _StoreOnce(argparse.Action):
    """Stores the value of a flag that takes one, and refuses a second: the last would win silently."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        once: set[str] = vars(namespace).setdefault(GIVEN, set())
        if option_string is not None and self.dest in once:
            raise BadUse(f"{option_string} is given twice; give it once")
        once.add(self.dest)
        setattr(namespace, self.dest, values)
