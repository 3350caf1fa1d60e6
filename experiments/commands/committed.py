"""The command ``all``: every experiment whose results are committed, one after the other."""

from __future__ import annotations

import shlex
import sys

from experiments.commands import PROGRAM, Complaint, Invocation, Output
from experiments.harness import catalogue
from experiments.options.flags import FlagParser

__all__ = ["command"]


def command(invocation: Invocation) -> Output:
    """Recompute them, or show them again: 1 if one failed."""
    given = _parser(invocation.program).parse_args(invocation.rest)
    from experiments.harness.committed import choose, comparing, recompute
    from experiments.harness.progress import reporter_for

    only = [name.strip() for name in given.only.split(",") if name.strip()]
    count: dict[str, int] = {}
    failed, seconds = 0, 0.0
    algorithms = given.algorithms or []
    chosen = choose(invocation.find, only)
    experiments = comparing(chosen, algorithms)
    for left in chosen:
        if left not in experiments:
            yield f"{left.name:<12} left out: {left.Parameters.without['algorithms']}"
    folders = []
    for done in recompute(
        experiments,
        given.profile,
        algorithms=algorithms,
        again=given.again,
        shown=given.shown,
        threads=given.threads,
        engine=given.engine,
        command=invocation.command,
        reporter=lambda name: reporter_for(sys.stderr, name, quiet=given.quiet),
    ):
        yield f"{done.name:<12} {done.what:<12} {done.seconds:7.1f} s  {done.folder}/"
        for failure in done.failures:
            yield Complaint(f"{done.name} failed: {failure}")
        folders += [] if done.failures else [str(done.folder)]
        count[done.what] = count.get(done.what, 0) + 1
        failed, seconds = failed + bool(done.failures), seconds + done.seconds
    parts = ", ".join(f"{many} {what}" for what, many in count.items())
    yield f"{sum(count.values())} experiments in {seconds:.0f} s: {parts}"
    if algorithms and folders:
        yield f"One report of them: {PROGRAM} report {shlex.join(folders)}"
    return 1 if failed else 0


def _parser(program: str) -> FlagParser:
    parser = FlagParser(
        prog=program,
        description="Run every experiment whose results are committed; leave those whose parameters, sources "
        "and versions are the ones of a finished run.",
        allow_abbrev=False,
    )
    usual = catalogue.DEFAULT_PROFILE
    profiles = ", ".join(catalogue.PROFILES)
    parser.add_argument("--profile", metavar="PROFILE", default=usual, help=f"{profiles} (default {usual})")
    parser.add_argument(
        "--only",
        metavar="NAME,...",
        default="",
        help="some experiments; rows: those that no clock decides, timing: the others",
    )
    parser.add_argument("--again", action="store_true", help="run also what has not changed")
    parser.add_argument(
        "--shown", action="store_true", help="measure nothing: tables and figures anew from the stored rows"
    )
    parser.add_argument(
        "--algorithms",
        metavar="NAME,...",
        action="append",
        help="with these algorithms, such as ring,mine.py:Mine, into folders of their own, by every "
        "experiment that compares algorithms",
    )
    parser.add_argument("--threads", metavar="T", help="threads (default: the processors)")
    parser.add_argument(
        "--engine",
        metavar="ENGINE",
        help="threads, dask, dask:N or dask://HOST:PORT, for those that do not time this machine",
    )
    parser.add_argument("--quiet", action="store_true", help="print no progress")
    return parser
