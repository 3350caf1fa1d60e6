r"""A report in LaTeX: tables, figures, methods, symbols and BibTeX, each a file ready for somebody's paper.

``report.tex`` is a small document that includes all of it: ``latexmk -pdf report.tex`` makes the PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.options.errors import BadUse
from experiments.report.document import bibliography
from experiments.report.document.chapter import Chapter
from experiments.report.document.methods import Cite, Paragraph, algorithms_of, methods, provenance
from experiments.report.document.outline import TITLE, Section, sections, stem_of, summary
from experiments.report.figures.figure import Figure, render
from experiments.report.tables import latex, symbols
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.table import Table
from experiments.storage.files import write_atomically
from experiments.storage.specs import specs_of

__all__ = ["write"]

PREAMBLE = r"""% Made of stored results; latexmk -pdf report.tex makes the PDF. Every part is a file:
% tables/*.tex, figures/*.tex with *.pdf and *.svg, methods.tex, symbols.tex and algorithms.bib.
% On Debian: latexmk texlive-latex-recommended texlive-latex-extra lmodern cm-super
\documentclass[a4paper]{article}
\pdfinfoomitdate=1
\pdftrailerid{}
\pdfsuppressptexinfo=-1
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern,microtype}
\usepackage[margin=20mm]{geometry}
\usepackage{amsmath,amssymb}
\usepackage{array,booktabs,longtable}
\usepackage[export]{adjustbox}
\usepackage{graphicx}
\usepackage{placeins}
\usepackage[font=small,labelfont=bf]{caption}
\usepackage[hidelinks]{hyperref}
\setlength{\emergencystretch}{3em}
\renewcommand{\topfraction}{0.9}
\renewcommand{\bottomfraction}{0.8}
\renewcommand{\textfraction}{0.05}
\renewcommand{\floatpagefraction}{0.75}
\extrafloats{200}
\input{symbols}
"""


def write(chapters: Sequence[Chapter], out: Path) -> tuple[Path, ...]:
    """Write a report as LaTeX."""
    if out.is_file() or out.suffix == ".tex":
        raise BadUse(
            f"--out: LaTeX is written as a folder of files, and {out} is the name of one; give another"
        )
    parts = sections(chapters)
    names = algorithms_of(chapters)
    specs = specs_of(chapter.results.facts for chapter in chapters)
    cited = bool(bibliography.publications(names, specs))
    files: dict[str, bytes] = {
        "report.tex": _document(chapters, parts, cited=cited).encode(),
        "methods.tex": "\n\n".join(map(_paragraph, methods(chapters))).encode() + b"\n",
        "symbols.tex": symbols.write().encode(),
    }
    if cited:
        files["algorithms.bib"] = bibliography.write(names, specs).encode()
    for part in parts:
        for table in part.tables:
            files[f"tables/{table.stem}.tex"] = latex.fit(table).encode()
        for figure in part.figures:
            stem = stem_of(figure)
            files[f"figures/{stem}.tex"] = _figure(figure).encode()
            for kind, content in render(figure, ["pdf", "svg"]).items():
                files[f"figures/{stem}.{kind}"] = content
    for name, content in files.items():
        write_atomically(out / name, content)
    return tuple(out / name for name in files)


def _document(chapters: Sequence[Chapter], parts: Sequence[Section], *, cited: bool) -> str:
    lines = [
        PREAMBLE,
        rf"\title{{{escape_latex(TITLE)}}}",
        r"\author{}",
        r"\date{}",
        r"\begin{document}",
        r"\maketitle",
        rf"\begin{{abstract}}\noindent {escape_latex(summary(chapters))}\end{{abstract}}",
        *(line for part in parts for line in _section(part)),
        r"\section{Methods}",
        r"\input{methods}",
        *_provenance(parts),
    ]
    if cited:
        lines += [r"\bibliographystyle{plain}", r"\bibliography{algorithms}"]
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def _section(part: Section) -> Iterator[str]:
    shown = part.chapter.presentation
    yield f"\n\\section{{{escape_latex(part.heading)}}}\\label{{sec:{part.stem}}}"
    found = [rf"\textbf{{failed:}} {escape_latex(line)}" for line in shown.failures]
    found += [escape_latex(line) for line in shown.meaning]
    if found:
        yield r"\begin{itemize}"
        # a bracket would be the item's own sign
        yield from (rf"\item {'{}' if line.startswith('[') else ''}{line}" for line in found)
        yield r"\end{itemize}"
    yield from (rf"\input{{figures/{stem_of(figure)}}}" for figure in part.figures)
    for table in part.tables:
        # a table over several pages is no float: those before it come first
        yield from [r"\FloatBarrier"] if "longtable" in latex.fit(table) else []
        yield rf"\input{{tables/{table.stem}}}"
    yield r"\FloatBarrier"


def _figure(figure: Figure) -> str:
    lines = [
        "% needs: graphicx, [export]adjustbox",
        r"\begin{figure}[htbp]",
        r"\centering",
        rf"\includegraphics[max width=\linewidth]{{figures/{stem_of(figure)}}}",
        rf"\caption{{{escape_latex(figure.caption)}}}\label{{fig:{figure.name}}}",
        r"\end{figure}",
    ]
    return "\n".join(lines) + "\n"


def _paragraph(paragraph: Paragraph) -> str:
    pieces = [
        rf"~\cite{{{','.join(piece.keys)}}}" if isinstance(piece, Cite) else escape_latex(piece)
        for piece in paragraph.text
    ]
    return rf"\paragraph{{{escape_latex(paragraph.head)}.}} {''.join(pieces)}"


def _provenance(parts: Sequence[Section]) -> Iterator[str]:
    known = [(part, provenance(part.chapter)) for part in parts]
    words = ("commit", "date", "duration", "command")
    rows = [(part.stem, part.chapter.profile, *(facts.get(word) for word in words)) for part, facts in known]
    table = Table.of_rows("provenance", "Where the results come from", ["run", "profile", *words], rows)
    yield r"\section{Provenance}"
    yield latex.fit(table)
    yield r"\FloatBarrier"
