"""The parser of the command line's flags: bad use is raised as one sentence, not printed with a usage."""

from __future__ import annotations

import argparse
from typing import NoReturn

from experiments.errors import BadUse

__all__ = ["FlagParser"]


class FlagParser(argparse.ArgumentParser):
    """Raises `BadUse` where argparse would print its usage and exit.

    Examples
    --------
    >>> FlagParser().parse_args(["--tea"])
    Traceback (most recent call last):
        ...
    experiments.errors.BadUse: unrecognized arguments: --tea
    """

    def error(self, message: str) -> NoReturn:
        """Raise the message as bad use."""
        raise BadUse(message.removeprefix("argument "))
