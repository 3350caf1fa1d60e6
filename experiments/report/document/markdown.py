"""A report as Markdown: one document, with figures as SVG files beside it."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from algorithms import Publication
from experiments.options.errors import BadUse
from experiments.report.document import bibliography
from experiments.report.document.chapter import Chapter
from experiments.report.document.methods import Cite, Paragraph, algorithms_of, methods, provenance
from experiments.report.document.outline import TITLE, Section, sections, stem_of, summary
from experiments.report.figures.figure import render
from experiments.report.tables.escapes import escape_markdown, markdown_code, markdown_line, one_line
from experiments.report.tables.markdown import write as table_of
from experiments.report.tables.table import Table
from experiments.storage.files import write_atomically
from experiments.storage.specs import specs_of

__all__ = ["write"]

LONG = 40
"""Tables of more rows are folded away."""


def write(chapters: Sequence[Chapter], out: Path) -> tuple[Path, ...]:
    """Write a report as Markdown."""
    if out.suffix != ".md" and out.is_file():
        raise BadUse(f"--out: {out} is a file; give a folder, or a name that ends in .md")
    document = out if out.suffix == ".md" else out / "report.md"
    parts = sections(chapters)
    written = [document]
    for figure in (figure for part in parts for figure in part.figures):
        path = document.parent / "figures" / f"{stem_of(figure)}.svg"
        write_atomically(path, render(figure, ["svg"])["svg"])
        written.append(path)
    write_atomically(document, ("\n\n".join(_document(chapters, parts)) + "\n").encode())
    return tuple(written)


def _document(chapters: Sequence[Chapter], parts: Sequence[Section]) -> Iterator[str]:
    yield f"# {TITLE}"
    yield escape_markdown(summary(chapters))
    yield "## Summary"
    yield "\n".join(map(_finding, parts))
    for part in parts:
        yield from _section(part)
    yield _head("methods", "Methods")
    yield from map(_paragraph, methods(chapters))
    yield _head("provenance", "Provenance")
    yield _provenance(parts)
    specs = specs_of(chapter.results.facts for chapter in chapters)
    listed = bibliography.publications(algorithms_of(chapters), specs)
    if listed:
        yield _head("references", "References")
        yield "\n".join(map(_reference, listed))


def _head(anchor: str, text: str) -> str:
    return f'<a id="{anchor}"></a>\n\n## {escape_markdown(text)}'


def _finding(part: Section) -> str:
    shown = part.chapter.presentation
    found = [*(f"**failed:** {escape_markdown(line)}" for line in shown.failures[:1])]
    found += [escape_markdown(line) for line in shown.meaning[:1]]
    return f"- [{escape_markdown(part.stem)}](#{part.stem}): {' '.join(found) or 'see there.'}"


def _section(part: Section) -> Iterator[str]:
    shown = part.chapter.presentation
    yield _head(part.stem, part.heading)
    if shown.failures:
        yield "\n".join(f"- **failed:** {escape_markdown(line)}" for line in shown.failures)
    if shown.meaning:
        yield "\n".join(f"- {markdown_line(line)}" for line in shown.meaning)
    for figure in part.figures:
        path = f"figures/{stem_of(figure)}.svg"
        caption = escape_markdown(figure.caption)
        yield f"![{caption.replace('[', '(').replace(']', ')')}]({path})"
        yield f"*{caption}*"
    for table in part.tables:
        yield _table(table)


def _table(table: Table) -> str:
    written = table_of(table).strip()
    if len(table.frame) <= LONG:
        return written
    title = escape_markdown(table.title)
    body = written.removeprefix(f"**{title}**").strip()
    return (
        f"<details>\n<summary><b>{html.escape(one_line(table.title), quote=False)}</b> "
        f"({len(table.frame):,} rows)</summary>\n\n{body}\n\n</details>"
    )


def _paragraph(paragraph: Paragraph) -> str:
    pieces = [_cite(piece) if isinstance(piece, Cite) else escape_markdown(piece) for piece in paragraph.text]
    return f"**{escape_markdown(paragraph.head)}.** {''.join(pieces)}"


def _cite(cite: Cite) -> str:
    return f" [{', '.join(f'[{key}](#ref-{key})' for key in cite.keys)}]"


def _provenance(parts: Sequence[Section]) -> str:
    lines = ["| run | profile | commit | date | duration | command |", "|---|---|---|---|--:|---|"]
    for part in parts:
        known = provenance(part.chapter)
        command = markdown_code(known["command"]) if "command" in known else ""
        cells = [part.chapter.name, part.chapter.profile]
        cells += [known.get(word, "") for word in ("commit", "date", "duration")]
        lines.append(f"| {' | '.join([*map(escape_markdown, cells), command])} |")
    return "\n".join(lines)


def _reference(publication: Publication) -> str:
    fields = publication.fields
    where = [fields[name] for name in ("journal", "booktitle", "publisher", "howpublished") if name in fields]
    if {"type", "number"} <= fields.keys():
        where.append(f"{fields['type']} {fields['number']}")
    text = ". ".join(
        [
            publication.author.replace(" and ", "; "),
            publication.title,
            ", ".join([*where, str(publication.year)]),
        ]
    )
    link = ""
    if "doi" in fields:
        link = f" [doi:{fields['doi']}](https://doi.org/{fields['doi']})"
    elif fields.get("archiveprefix") == "arXiv":
        link = f" [arXiv:{fields['eprint']}](https://arxiv.org/abs/{fields['eprint']})"
    return f'- <a id="ref-{publication.key}"></a>{publication.key}: {escape_markdown(text)}.{link}'
