"""Parts of Markdown documents that are made of results, and written anew by the command that measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from experiments.options.errors import BadUse
from experiments.storage.files import write_atomically

__all__ = ["Part", "begin_of", "check", "end_of", "renewed"]


@dataclass(frozen=True)
class Part:
    """What stands between two markers of a document.

    Parameters
    ----------
    document
        The file.
    name
        Of the part: it stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``, each on a line.
    text
        Markdown.
    """

    document: Path
    name: str
    text: str

    def write(self) -> None:
        """Write the document with this part anew; raise BadUse where it is not to be found."""
        written = renewed(check(self.document, self.name), self.name, self.text)
        write_atomically(self.document, written.encode())


def begin_of(name: str) -> str:
    """Return the line before a part."""
    return f"<!-- {name}: begin -->"


def end_of(name: str) -> str:
    """Return the line after a part."""
    return f"<!-- {name}: end -->"


def check(document: Path, name: str) -> str:
    """Return the text of a document that has a part of this name, each marker once.

    Examples
    --------
    >>> check(Path("nowhere.md"), "targets")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: cannot read the document nowhere.md: ...
    """
    try:
        text = document.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadUse(f"cannot read the document {document}: {error}") from None
    begin, end = begin_of(name), end_of(name)
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise BadUse(f"{document} has no part to write: put the lines {begin} and {end} where it belongs")
    return text


def renewed(text: str, name: str, part: str) -> str:
    r"""Return a document's text with one part written anew.

    Examples
    --------
    >>> renewed("a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n", "x", "new")
    'a\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nb\n'
    """
    before, rest = text.split(begin_of(name))
    after = rest.split(end_of(name))[1]
    return f"{before}{begin_of(name)}\n\n{part.strip()}\n\n{end_of(name)}{after}"
