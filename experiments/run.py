"""The command line: ``python -m experiments.run NAME [flags]``. It alone prints.

Exit codes: 0 done; 1 a claim refuted, a check failed or a stored result not reproduced; 2 bad use, with one
sentence on the standard error; 130 interrupted. Heavy modules are imported when they are needed, so
``--help`` needs the standard library alone.
"""

from __future__ import annotations

import faulthandler
import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress

from experiments.commands import COMMANDS, EXPERIMENT, PROGRAM, Complaint, Invocation, Output, Styled
from experiments.harness.experiment import Find, names
from experiments.harness.experiment import find as find_experiment
from experiments.options import streams
from experiments.options.errors import BadUse
from experiments.options.parsers import encodable
from experiments.options.streams import complain, say

__all__ = ["main"]

HELP = """\
{usage}

experiments: {experiments}

Results go to results/EXPERIMENT/PROFILE/, or to results/EXPERIMENT/custom-DIGEST/ where flags change the
parameters; an interrupted run goes on when the same command is given again.
Exit codes: 0 done, 1 a check failed, 2 bad use, 130 interrupted."""


def main(arguments: Sequence[str] | None = None, *, find: Find | None = None) -> int:
    """Run the command line."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        streams.prepare()
        _show_crashes()
        for argument in typed:
            encodable(argument)
        try:
            code = _dispatch(Invocation(typed, find or find_experiment))
        except SystemExit:  # after --help
            streams.flush()
            raise
        streams.flush()
    except BadUse as error:
        code = complain(str(error))
    except KeyboardInterrupt:
        complain("interrupted; the same command goes on where it was")
        code = 130
    except OSError as error:
        if error.filename is None:
            raise
        code = complain(f"cannot use {error.filename}: {error.strerror}; give another name")
    except MemoryError:
        code = complain("there is not enough memory; give fewer --keys, --nodes or --threads")
    except Exception as error:
        if not _is_refusal(error):
            raise
        code = complain(str(error))
    streams.settle()
    return code


def _show_crashes() -> None:
    """Have a crash inside a kernel show where it was; a kernel's frame says how to find its cause."""
    if not faulthandler.is_enabled():
        with suppress(RuntimeError, AttributeError, ValueError, OSError):  # stderr is closed, or no file
            faulthandler.enable()


def _dispatch(invocation: Invocation) -> int:
    if not invocation.typed:
        known = ", ".join((*names(), *COMMANDS))
        raise BadUse(f"say what to run: {PROGRAM} NAME, with NAME one of {known}")
    name = invocation.typed[0]
    if name in ("-h", "--help", "help"):
        say(HELP.format(usage=_usage(), experiments=", ".join(names())))
        return 0
    if name.startswith("-"):
        raise BadUse(f"{name!r} comes before the experiment; give {PROGRAM} NAME [flags]")
    module = COMMANDS[name].module if name in COMMANDS else EXPERIMENT
    return _print(importlib.import_module(f"experiments.commands.{module}").command(invocation))


def _usage() -> str:
    usage = {"EXPERIMENT [flags]": "run it; EXPERIMENT --help shows its flags"}
    for command in COMMANDS.values():
        usage |= command.usage
    lines = [f"       {PROGRAM} {typed:<22}  {what}".rstrip() for typed, what in usage.items()]
    return "usage: " + "\n".join(lines).lstrip()


def _print(output: Output) -> int:
    """Print what a command has to say, and return its exit code."""
    while True:
        try:
            piece = next(output)
        except StopIteration as end:
            code: int = end.value
            return code
        if isinstance(piece, Complaint):
            complain(piece.sentence)
        elif isinstance(piece, Styled):
            say(piece.text, styled=True)
        else:
            say(piece)


def _is_refusal(error: Exception) -> bool:
    """Return whether an algorithm refused what it was asked; without importing any for the question."""
    errors = sys.modules.get("algorithms.errors")
    return errors is not None and isinstance(error, errors.ShardlabError)


if __name__ == "__main__":
    sys.exit(main())
