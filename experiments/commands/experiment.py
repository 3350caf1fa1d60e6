"""A run of an experiment: its flags, its tables or rows, and where its files are."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.commands import COMMANDS, PROGRAM, Complaint, Invocation, Output, Styled
from experiments.harness import catalogue
from experiments.harness.experiment import Experiment, names
from experiments.harness.parameters import Parameters
from experiments.options import streams
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.flags import FlagParser
from experiments.options.parameters import fields_of, flag_of, switch
from experiments.options.printable import CONTROLS

if TYPE_CHECKING:
    from experiments.harness.runner import Outcome

__all__ = ["command"]


def command(invocation: Invocation) -> Output:
    """Run an experiment, and show its tables or its rows."""
    experiment = _found(invocation)
    given, parameters = _parse(experiment, invocation.rest)
    from experiments.harness.progress import reporter_for
    from experiments.harness.runner import run
    from experiments.report.figures import elsewhere

    elsewhere.prepare(parameters.threads)

    outcome = run(
        experiment,
        parameters,
        profile=given.profile,
        out=None if given.out is None else Path(given.out),
        command=invocation.command,
        reporter=reporter_for(sys.stderr, experiment.name, quiet=given.quiet),
    )
    if given.format == "json":
        yield Styled(_json(outcome))
    else:
        yield from _tables(outcome, details=given.details, quiet=given.quiet)
    for failure in outcome.presentation.failures:
        yield Complaint(f"failed: {failure}")
    return 1 if outcome.presentation.failures else 0


def _found(invocation: Invocation) -> Experiment[Any]:
    name = invocation.typed[0]
    try:
        return invocation.find(name)
    except BadUse:
        if name in names():
            raise
        known = (*names(), *COMMANDS)
        hint = did_you_mean(name, known)
        raise BadUse(f"there is no experiment {name!r}; give one of {', '.join(known)}{hint}") from None


def _flags(experiment: Experiment[Any]) -> FlagParser:
    parser = FlagParser(
        prog=f"{PROGRAM} {experiment.name}",
        description=f"{experiment.title}.",
        epilog="Numbers may be written 1e7. Defaults are those of the profile regular.",
        allow_abbrev=False,
    )
    usual = experiment.profile(catalogue.DEFAULT_PROFILE)
    profiles = ", ".join(catalogue.PROFILES)
    parser.add_argument("--profile", metavar="PROFILE", help=f"which parameters of the catalogue: {profiles}")
    for name, field in fields_of(experiment.Parameters).items():
        value = getattr(usual, name)
        shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(getattr(value, "text", value))
        help_text = f"{field.help} (default {shown})" if shown else field.help
        # a switch may stand alone: --peers is --peers true
        kind: dict[str, Any] = {"nargs": "?", "const": "true"} if field.parse is switch else {}
        kind |= {"action": "append"} if field.many else {}
        parser.add_argument(
            flag_of(name),
            dest=name,
            default=None,
            metavar=field.metavar,
            help=help_text.replace("%", "%%"),
            **kind,
        )
    parser.add_argument("--out", metavar="DIR", help="where to write instead of results/")
    parser.add_argument(
        "--format", metavar="FORMAT", default="table", help="table, or json: an array of rows"
    )
    parser.add_argument(
        "--details", action="store_true", help="print all tables, all that was found, and all files"
    )
    parser.add_argument("--quiet", action="store_true", help="print tables and errors only")
    return parser


def _parse(experiment: Experiment[Any], rest: Sequence[str]) -> tuple[argparse.Namespace, Parameters]:
    parser = _flags(experiment)
    given, unknown = parser.parse_known_args(list(rest))
    if unknown:
        raise BadUse(_unknown_flag(experiment, unknown[0], parser))
    if given.format not in ("table", "json"):
        raise BadUse(f"--format: {given.format!r} is unknown; give table or json")
    if given.out == "":
        raise BadUse("--out: the name of the folder is empty; give one")
    if getattr(given, "cluster", None) == "":
        raise BadUse("--cluster: the name of the file is empty; give one")
    values = {name: getattr(given, name) for name in fields_of(experiment.Parameters)}
    changed = {name: value for name, value in values.items() if value is not None}
    given.profile = given.profile or catalogue.DEFAULT_PROFILE
    return given, experiment.profile(given.profile).replace(changed)


def _unknown_flag(experiment: Experiment[Any], unknown: str, parser: argparse.ArgumentParser) -> str:
    known = [flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")]
    allowed = f"its flags are {', '.join(known)}"
    flag = unknown.partition("=")[0]
    if not flag.startswith("-"):
        return f"{experiment.name} takes flags alone, not {unknown!r}; {allowed}"
    for name, reason in {**experiment.Parameters.without, **experiment.Parameters.gone}.items():
        if flag == flag_of(name):
            return f"{experiment.name} takes no {flag}: {reason}; {allowed}"
    return f"{experiment.name} takes no {flag}; {allowed}{did_you_mean(flag, known)}"


def _json(outcome: Outcome[Any]) -> str:
    rows = [
        {"file": stem, **{name: _json_value(value) for name, value in row.items()}}
        for stem, part in (("rows", outcome.rows), ("timing", outcome.timing))
        for row in part
    ]
    plain = not streams.shows_all(sys.stdout)
    lines = ",\n".join(json.dumps(row, ensure_ascii=plain) for row in rows)
    # JSON spells ASCII's control characters itself; the others stand in strings alone
    return CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", f"[\n{lines}\n]" if rows else "[]")


def _json_value(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _tables(outcome: Outcome[Any], *, details: bool, quiet: bool) -> Iterator[str | Styled]:
    from experiments.report.screen import everything, first_screen, fold

    width = shutil.get_terminal_size(fallback=(120, 24)).columns
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    shown = outcome.presentation
    if details:
        lines: Iterable[str] = everything(shown, width, colour=colour, quiet=quiet)
    else:
        lines = first_screen(shown, outcome.folder, width, colour=colour, quiet=quiet)
    for line in lines:
        yield Styled(line) if colour else line
    if quiet or not details:
        return
    yield f"Written to {outcome.folder}/"
    for part in ("", "tables", "figures"):
        files = [path.name for path in outcome.files if path.parent == outcome.folder / part]
        if files:
            begin = f"  {part}/ " if part else "  "
            yield fold("  ".join(files), width, initial_indent=begin, subsequent_indent="    ")
