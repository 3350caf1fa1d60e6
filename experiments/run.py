"""The command line: ``python -m experiments.run NAME [flags]``. It alone prints.

Exit codes: 0 done; 1 a claim refuted, a check failed or a stored result not reproduced; 2 bad use, with one
sentence on the standard error; 130 interrupted. Heavy modules are imported when they are needed, so
``--help`` needs the standard library alone.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import math
import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.commands import lists
from experiments.harness import catalogue
from experiments.harness.experiment import Experiment, names
from experiments.harness.experiment import find as find_experiment
from experiments.harness.parameters import Parameters
from experiments.options import streams
from experiments.options.errors import BadUse, CannotWrite, did_you_mean
from experiments.options.flags import FlagParser
from experiments.options.parameters import fields_of, flag_of, integer, switch
from experiments.options.parsers import encodable
from experiments.options.printable import CONTROLS, printable
from experiments.options.streams import complain, say
from experiments.report.tables.escapes import unbroken

if TYPE_CHECKING:
    from experiments.harness.runner import Outcome

__all__ = ["main"]

PROGRAM = "python -m experiments.run"

COMMANDS = {
    "all": "run every experiment whose results are committed",
    "list": "what there is: experiments, algorithms, hashes, workloads, events",
    "verify": "compute stored results again and compare",
    "report": "a document of stored results, as HTML, Markdown or LaTeX",
}
"""What can stand in the place of an experiment, and what it does."""

HELP = """\
usage: {program} EXPERIMENT [flags]      run it; EXPERIMENT --help shows its flags
       {program} list                    the experiments, a line each
       {program} list algorithms | hashes | workloads | events | results [PATH ...]
       {program} all [--profile P]       run every experiment whose results are committed
       {program} verify [PATH ...]       compute stored results again and compare
       {program} report [PATH ...]       a document of stored results, as HTML, Markdown or LaTeX

experiments: {experiments}

Results go to results/EXPERIMENT/PROFILE/, or to results/EXPERIMENT/custom-DIGEST/ where flags change the
parameters; an interrupted run goes on when the same command is given again.
Exit codes: 0 done, 1 a check failed, 2 bad use, 130 interrupted.
"""

Find = Callable[[str], Experiment[Any]]


def main(arguments: Sequence[str] | None = None, *, find: Find | None = None) -> int:
    """Run the command line."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        streams.prepare()
        _show_crashes()
        _refuse_undecodable(typed)
        try:
            code = _dispatch(typed, find or find_experiment)
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


def _refuse_undecodable(typed: Sequence[str]) -> None:
    for argument in typed:
        encodable(argument)


def _show_crashes() -> None:
    """Have a crash inside a kernel show where it was; a kernel's frame says how to find its cause."""
    if not faulthandler.is_enabled():
        with suppress(RuntimeError, AttributeError, ValueError, OSError):  # stderr is closed, or no file
            faulthandler.enable()


def _dispatch(typed: list[str], find: Find) -> int:
    if not typed or typed[0] in ("-h", "--help", "help"):
        text = HELP.format(program=PROGRAM, experiments=", ".join(names()))
        if not typed:
            raise BadUse(
                f"say what to run: {PROGRAM} NAME, with NAME one of {', '.join((*names(), *COMMANDS))}"
            )
        say(text.rstrip("\n"))
        return 0
    command, rest = typed[0], typed[1:]
    if command == "list":
        return _list(rest, find)
    if command == "all":
        return _all(rest, find, typed)
    if command == "verify":
        return _verify(rest, find)
    if command == "report":
        return _report(rest, find)
    if command.startswith("-"):
        raise BadUse(f"{command!r} comes before the experiment; give {PROGRAM} NAME [flags]")
    try:
        experiment = find(command)
    except BadUse:
        if command in names():
            raise
        known = (*names(), *COMMANDS)
        hint = did_you_mean(command, known)
        raise BadUse(f"there is no experiment {command!r}; give one of {', '.join(known)}{hint}") from None
    return _run(experiment, rest, typed)


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
        shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
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
    parser.add_argument("--quiet", action="store_true", help="print the tables and errors only")
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
    for name, reason in experiment.Parameters.without.items():
        if flag == flag_of(name):
            return f"{experiment.name} takes no {flag}: {reason}; {allowed}"
    return f"{experiment.name} takes no {flag}; {allowed}{did_you_mean(flag, known)}"


def _run(experiment: Experiment[Any], rest: Sequence[str], typed: Sequence[str]) -> int:
    given, parameters = _parse(experiment, rest)
    from experiments.harness.progress import reporter_for
    from experiments.harness.runner import run

    outcome = run(
        experiment,
        parameters,
        profile=given.profile,
        out=None if given.out is None else Path(given.out),
        command=["python", "-m", "experiments.run", *typed],
        reporter=reporter_for(sys.stderr, experiment.name, quiet=given.quiet),
    )
    if given.format == "json":
        _print_json(outcome)
    else:
        _print_tables(outcome, quiet=given.quiet)
    for failure in outcome.presentation.failures:
        complain(f"failed: {failure}")
    return 1 if outcome.presentation.failures else 0


def _print_json(outcome: Outcome[Any]) -> None:
    rows = [
        {"file": stem, **{name: _json_value(value) for name, value in row.items()}}
        for stem, part in (("rows", outcome.rows), ("timing", outcome.timing))
        for row in part
    ]
    plain = not streams.shows_all(sys.stdout)
    lines = ",\n".join(json.dumps(row, ensure_ascii=plain) for row in rows)
    # JSON spells ASCII's control characters itself; the others stand in strings alone
    text = CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", f"[\n{lines}\n]" if rows else "[]")
    say(text, styled=True)


def _json_value(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print_tables(outcome: Outcome[Any], *, quiet: bool) -> None:
    from experiments.report.tables import terminal

    width = shutil.get_terminal_size(fallback=(120, 24)).columns
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    tables = outcome.presentation.tables
    for table in tables:
        if table.detail:
            continue
        say(terminal.write(table, width, colour=colour).rstrip("\n"), styled=colour)
        say("")
    if quiet:
        return
    titles = dict.fromkeys(table.title for table in tables if table.detail)
    if titles:
        say(_fold(f"In the files, not shown here: {'; '.join(titles)}.", width))
        say("")
    for line in outcome.presentation.meaning:
        say(_fold(line, width))
    say("")
    say(f"Written to {outcome.folder}/")
    for part in ("", "tables", "figures"):
        files = [path.name for path in outcome.files if path.parent == outcome.folder / part]
        if files:
            begin = f"  {part}/ " if part else "  "
            say(_fold("  ".join(files), width, initial_indent=begin, subsequent_indent="    "))


def _fold(text: str, width: int, **indents: str) -> str:
    """Break lines at spaces only: names of files and of algorithms stay whole, and so do 5 %."""
    options: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False, **indents}
    return textwrap.fill(unbroken(printable(text)), width, **options).replace("\N{NO-BREAK SPACE}", " ")


def _list(rest: Sequence[str], find: Find) -> int:
    what = rest[0] if rest else "experiments"
    kinds: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
        "experiments": lambda: [*((name, find(name).title) for name in names()), *COMMANDS.items()],
        "algorithms": lists.algorithms,
        "hashes": lists.hashes,
        "workloads": lists.workloads,
        "events": lists.events,
        "results": lambda: _results(rest[1:], find),
    }
    if what in ("-h", "--help"):
        say(f"usage: {PROGRAM} list [{' | '.join(kinds)} [PATH ...]]")
        return 0
    if what not in kinds or (len(rest) > 1 and what != "results"):
        hint = did_you_mean(what, kinds)
        raise BadUse(f"list takes one of {', '.join(kinds)}, not {' '.join(rest)!r}{hint}")
    entries = kinds[what]()
    longest = max((len(name) for name, _ in entries), default=0)
    for name, title in entries:
        say(f"{name:<{longest}}  {title}")
    return 0


def _results(paths: Sequence[str], find: Find) -> list[tuple[str, str]]:
    from experiments.harness.listing import describe, runs_below
    from experiments.harness.runner import RESULTS

    folders = runs_below([Path(path) for path in paths] or [RESULTS])
    return [(str(folder), describe(folder, find)) for folder in folders]


def _all(rest: Sequence[str], find: Find, typed: Sequence[str]) -> int:
    from experiments.harness.committed import choose, comparing, flags, recompute
    from experiments.harness.progress import reporter_for

    given = flags(f"{PROGRAM} all").parse_args(list(rest))
    only = [name.strip() for name in given.only.split(",") if name.strip()]
    count: dict[str, int] = {}
    failed, seconds = 0, 0.0
    algorithms = given.algorithms or []
    chosen = choose(find, only)
    experiments = comparing(chosen, algorithms)
    for left in chosen:
        if left not in experiments:
            say(f"{left.name:<12} left out: {left.Parameters.without['algorithms']}")
    folders = []
    for done in recompute(
        experiments,
        given.profile,
        algorithms=algorithms,
        again=given.again,
        shown=given.shown,
        threads=given.threads,
        command=["python", "-m", "experiments.run", *typed],
        reporter=lambda name: reporter_for(sys.stderr, name, quiet=given.quiet),
    ):
        say(f"{done.name:<12} {done.what:<12} {done.seconds:7.1f} s  {done.folder}/")
        for failure in done.failures:
            complain(f"{done.name} failed: {failure}")
        folders += [] if done.failures else [str(done.folder)]
        count[done.what] = count.get(done.what, 0) + 1
        failed, seconds = failed + bool(done.failures), seconds + done.seconds
    parts = ", ".join(f"{many} {what}" for what, many in count.items())
    say(f"{sum(count.values())} experiments in {seconds:.0f} s: {parts}")
    if algorithms and folders:
        say(f"One report of them: {PROGRAM} report {shlex.join(folders)}")
    return 1 if failed else 0


def _verify(rest: Sequence[str], find: Find) -> int:
    parser = FlagParser(
        prog=f"{PROGRAM} verify",
        description="Compute stored results again, elsewhere, and compare every file that no clock decides.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="folders of runs, or above (default results); code below them, or named as FILE.py, may be run",
    )
    parser.add_argument("--trust", action="store_true", help="run whatever code the results name")
    parser.add_argument(
        "--cases",
        metavar="K",
        help="measure K cases of each run again and no more; make all tables and figures anew",
    )
    parser.add_argument("--quiet", action="store_true", help="print the differences only")
    given = parser.parse_args(list(rest))
    cases = None if given.cases is None else _some_cases(given.cases)
    from experiments.harness.progress import reporter_for
    from experiments.harness.runner import RESULTS
    from experiments.harness.verify import stored_runs, verify

    named = [Path(path) for path in given.paths]
    trusted = [Path(Path.cwd().anchor)] if given.trust else named
    code = 0
    for folder in stored_runs([path for path in named if path.suffix != ".py"] or [RESULTS]):
        reporter = reporter_for(sys.stderr, f"verify {folder}", quiet=given.quiet)
        try:
            verdict = verify(folder, find, cases=cases, reporter=reporter, trusted=trusted)
        except CannotWrite:
            raise
        except BadUse as error:
            code = complain(str(error))
            continue
        for difference in verdict.differences:
            say(difference)
        if verdict.differences:
            code = max(code, 1)
        elif not given.quiet:
            say(f"{folder}: the same, {verdict.files} files")
    return code


def _some_cases(text: str) -> int:
    try:
        return integer(1)(text)
    except BadUse as error:
        raise BadUse(f"--cases: {error}") from None


def _report(rest: Sequence[str], find: Find) -> int:
    from experiments.commands import report as command

    for line in command.report(rest, find, f"{PROGRAM} report"):
        say(line)
    return 0


def _is_refusal(error: Exception) -> bool:
    """Return whether an algorithm refused what it was asked; without importing any for the question."""
    errors = sys.modules.get("algorithms.errors")
    return errors is not None and isinstance(error, errors.ShardlabError)


if __name__ == "__main__":
    sys.exit(main())
