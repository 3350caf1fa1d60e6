"""The command ``verify``: stored results, computed again and compared."""

from __future__ import annotations

import sys
from pathlib import Path

from experiments.commands import Complaint, Invocation, Output
from experiments.options.errors import BadUse, CannotWrite
from experiments.options.flags import FlagParser
from experiments.options.parameters import integer

__all__ = ["command"]


def command(invocation: Invocation) -> Output:
    """Compare what is stored with what is computed now: 0 the same, 1 different, 2 cannot be compared."""
    given = _parser(invocation.program).parse_args(invocation.rest)
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
            verdict = verify(folder, invocation.find, cases=cases, reporter=reporter, trusted=trusted)
        except CannotWrite:
            raise
        except BadUse as error:
            yield Complaint(str(error))
            code = 2
            continue
        yield from verdict.differences
        if verdict.differences:
            code = max(code, 1)
        elif not given.quiet:
            yield f"{folder}: the same, {verdict.files} files"
    return code


def _parser(program: str) -> FlagParser:
    parser = FlagParser(
        prog=program,
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
    return parser


def _some_cases(text: str) -> int:
    try:
        return integer(1)(text)
    except BadUse as error:
        raise BadUse(f"--cases: {error}") from None
