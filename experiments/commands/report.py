"""The command ``report``: one document of stored runs, as HTML, Markdown or LaTeX."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.commands import Invocation, Output
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.flags import FlagParser

__all__ = ["FORMATS", "command"]


@dataclass(frozen=True)
class Kind:
    """A format of reports.

    Parameters
    ----------
    module
        Of :mod:`experiments.report`; its ``write(chapters, out)`` writes the report.
    out
        What is written where nothing else is said, below ``results/report``.
    what
        What that is.
    suffix
        Of a file that may be named instead of a folder; empty where there is none.
    """

    module: str
    out: str
    what: str
    suffix: str = ""


FORMATS: Mapping[str, Kind] = {
    "html": Kind("html", "shardlab.html", "one file that needs no network", ".html"),
    "markdown": Kind("document.markdown", "markdown", "a folder with report.md and its figures", ".md"),
    "latex": Kind(
        "document.manuscript", "latex", "a folder with report.tex, tables, figures, methods and BibTeX"
    ),
}


def command(invocation: Invocation) -> Output:
    """Write a report of stored runs."""
    given = _parser(invocation.program).parse_args(invocation.rest)
    if given.format not in FORMATS:
        *most, last = FORMATS
        hint = did_you_mean(given.format, FORMATS)
        raise BadUse(f"--format: {given.format!r} is unknown; give {', '.join(most)} or {last}{hint}")
    if given.out == "":
        raise BadUse("--out: the name is empty; give one")
    from experiments.harness.chapters import read
    from experiments.harness.runner import RESULTS

    out = RESULTS / "report" / FORMATS[given.format].out
    if given.out is not None:
        out = _place(Path(given.out), given.format)
    chapters = read([Path(path) for path in given.results], find=invocation.find)
    kind = FORMATS[given.format]
    module = f"experiments.report.{kind.module}"
    if importlib.util.find_spec(module) is None:
        raise BadUse(f"--format: this version writes no {given.format}; give another format")
    yield from (f"{chapter.name}: {chapter.folder}/" for chapter in chapters)
    importlib.import_module(module).write(chapters, out)
    yield f"Written to {out}{'/' if out.is_dir() else ''}"
    return 0


def _place(out: Path, wanted: str) -> Path:
    """Return what the writer of a format takes: a file of its own suffix, or what belongs into a folder."""
    kind = FORMATS[wanted]
    if kind.suffix and out.suffix == kind.suffix:
        return out
    other = next(
        (name for name, known in FORMATS.items() if known.suffix and out.suffix == known.suffix), None
    )
    or_file = f", or a file that ends in {kind.suffix}" if kind.suffix else ""
    if other is not None:
        raise BadUse(
            f"--out: {out} is a name for {other}, and the format is {wanted}; give a folder{or_file}"
        )
    if out.is_file():
        raise BadUse(f"--out: {out} is a file; give a folder{or_file}")
    return out / kind.out if kind.out.endswith(".html") else out


def _parser(program: str) -> FlagParser:
    parser = FlagParser(
        prog=program,
        description="One document of stored runs: tables, figures, what they mean, methods and provenance. "
        "Nothing is computed anew.",
        epilog="Of a folder above runs the best profile of each experiment is taken: full before regular "
        "before smoke.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "results", nargs="*", metavar="RESULTS", help="folders of runs, or above (default results)"
    )
    kinds = "; ".join(f"{name}, {kind.what}" for name, kind in FORMATS.items())
    parser.add_argument("--format", metavar="FORMAT", default="html", help=f"{kinds} (default html)")
    parser.add_argument(
        "--out",
        metavar="PATH",
        help="folder to write to instead of results/report/; a file for a name in .html or .md",
    )
    return parser
