r"""BibTeX of the algorithms, from what each says of itself in its `Spec`.

>>> print(write(["jump"]), end="")
@misc{jump,
  author = {Lamping, John and Veach, Eric},
  title = {{A fast, minimal memory, consistent hash algorithm}},
  year = {2014},
  eprint = {1406.2294},
  archiveprefix = {arXiv},
  note = {arXiv:1406.2294}
}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from algorithms import Publication, Spec
from experiments.options.errors import BadUse
from experiments.report.tables.escapes import escape_latex
from experiments.storage.specs import specs_of

__all__ = ["keys_of", "publications", "write"]


def publications(
    names: Iterable[str] | None = None, specs: Mapping[str, Spec] | None = None
) -> tuple[Publication, ...]:
    """Return the publications of algorithms, each once, by key."""
    every = specs_of() if specs is None else specs
    known: dict[str, Publication] = {}
    for name in every if names is None else names:
        for publication in every[name].publications if name in every else ():
            key = publication.key
            if not re.fullmatch(r"[a-z0-9-]+", key):
                raise BadUse(f"{name} has a publication with the key {key!r}: give a-z, 0-9 and hyphens")
            if known.setdefault(key, publication) != publication:
                raise BadUse(f"two publications have the key {key!r}, one of them that of {name}")
    return tuple(known[key] for key in sorted(known))


def keys_of(name: str, specs: Mapping[str, Spec] | None = None) -> tuple[str, ...]:
    r"""Return the keys of an algorithm's publications, for ``\cite``; none if it is not known.

    >>> keys_of("ring")
    ('ring', 'ketama')
    """
    every = specs_of() if specs is None else specs
    return tuple(publication.key for publication in every[name].publications) if name in every else ()


def write(names: Iterable[str] | None = None, specs: Mapping[str, Spec] | None = None) -> str:
    """Return the publications of algorithms as BibTeX."""
    return "\n".join(map(_entry, publications(names, specs)))


def _entry(publication: Publication) -> str:
    # double braces keep the capitals of a title, whatever the style of the bibliography does with them
    fields = {
        "author": _names(publication.author),
        "title": f"{{{escape_latex(publication.title)}}}",
        "year": str(publication.year),
        **{name: escape_latex(value) for name, value in publication.fields.items()},
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{publication.kind}{{{publication.key},\n{lines}\n}}\n"


def _names(author: str) -> str:
    """Return the authors; braces around all of them say that it is one name of several words, and stay."""
    if author.startswith("{") and author.endswith("}"):
        return f"{{{escape_latex(author[1:-1])}}}"
    return escape_latex(author)
