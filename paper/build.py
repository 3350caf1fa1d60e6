"""Write ``paper/generated/`` from stored results: ``python -m paper.build``.

The same results give the same bytes. The files are committed, but for the figures, so that a change of a
result shows as a change of the article; a test makes them again and compares.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.options.errors import BadUse
from experiments.report.document import bibliography
from experiments.report.figures import figure as drawing
from experiments.report.tables import symbols
from experiments.storage import provenance
from experiments.storage.files import write_atomically
from paper import figures, prose, tables, typeset, values
from paper.prose import Use
from paper.sources import Sources, Value

__all__ = ["FOLDER", "drawn", "main", "written"]

FOLDER = Path(__file__).parent
"""Where the article is."""


def written(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """Yield the texts that LaTeX reads: name and content."""
    yield "values.tex", values.write(_used(sources)).encode()
    yield "symbols.tex", symbols.write().encode()
    yield "algorithms.bib", bibliography.write().encode()
    for make in tables.TABLES:
        table = make(sources)
        yield f"table-{table.name}.tex", typeset.render(table).encode()
    for draw in figures.FIGURES:
        figure = draw(sources)
        yield f"figure-{figure.name}.tex", figures.environment(figure).encode()


def _used(sources: Sources) -> dict[Use, Value]:
    """Return the values that the text uses, in the order of their names."""
    texts = (path.read_text(encoding="utf-8") for path in prose.sections(FOLDER))
    known, unknown = {}, []
    for use in sorted({use for text in texts for use in prose.used_values(text)}):
        try:
            known[use] = values.stated(sources, use.name, use.how)
        except LookupError as error:
            unknown.append(str(error.args[0]))
    if unknown:
        raise BadUse(f"the text uses values that no result gives ({len(unknown)}): {'; '.join(unknown)}")
    return known


def drawn(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """Yield the figures: name and PDF."""
    for draw in figures.FIGURES:
        figure = draw(sources)
        yield f"{figure.name}.pdf", drawing.render(figure, ["pdf"])["pdf"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m paper.build", description="Write paper/generated/.")
    parser.add_argument(
        "--results", type=Path, default=provenance.root() / "results", help="default: results"
    )
    parser.add_argument("--profile", default="full", help="of the runs (default full)")
    parser.add_argument("--out", type=Path, default=FOLDER / "generated", help="default: paper/generated")
    given = parser.parse_args(arguments)
    sources = Sources(given.results, given.profile)
    try:
        files = [*written(sources), *drawn(sources)]
    except BadUse as error:
        sys.stderr.write(f"paper: {error}\n")
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        write_atomically(given.out / name, content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
