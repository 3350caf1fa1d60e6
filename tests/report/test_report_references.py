"""Symbols and BibTeX: what tables, figures and papers have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from algorithms import Publication, class_of, names, spec_of
from experiments.report.document import bibliography
from experiments.report.tables import symbols


def test_every_symbol_has_a_macro_of_its_own() -> None:
    written = symbols.write()
    macros = re.findall(r"\\providecommand\*\{(\\sym[A-Za-z]+)\}\{\\ensuremath\{(.+?)\}\}%", written)
    assert len(macros) == len(dict(macros)) == len(symbols.SYMBOLS) >= 3
    assert len({symbol.latex for symbol in symbols.SYMBOLS}) == len(symbols.SYMBOLS)
    assert dict(macros)[symbols.POINTS.macro] == "v"


@pytest.mark.parametrize("name", names())
def test_a_published_algorithm_has_its_publication_first(name: str) -> None:
    spec = spec_of(name)
    if not spec.year:
        return
    own, *_ = spec.publications
    if spec.family == "deployed":
        # of the program, for all of its members; the short reference is to its documentation
        assert own.key
        assert own.title
        return
    assert own.key == name.replace("_", "-")
    assert own.year == spec.year
    # the short reference and the long one are about the same work
    assert own.author.partition(",")[0] in spec.reference


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Read BibTeX by its braces."""
    for match in re.finditer(r"@(\w+)\{([^,]+),", text):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        yield match[2], text[match.end() : at - 1]


def test_bibtex_has_each_publication_once_with_what_a_style_needs() -> None:
    found = dict(entries(bibliography.write()))
    assert list(found) == sorted({p.key for name in names() for p in spec_of(name).publications})
    assert {"ring", "jump", "rendezvous"} <= found.keys()
    for key, body in found.items():
        assert {"author", "title", "year"} <= set(re.findall(r"(\w+) = \{", body)), key
    assert "pages = {654--663}" in found["ring"]
    assert list(dict(entries(bibliography.write(["jump", "nobody"])))) == ["jump"]


@pytest.mark.parametrize("key", ["jump", "Not a key"])
def test_keys_that_clash_or_are_none_are_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Publication(key, "misc", "Doe, Jane", "Another work", 2030)
    changed = replace(spec_of("modulo"), publications=(other,))
    monkeypatch.setattr(class_of("modulo"), "spec", changed)
    with pytest.raises(ValueError, match=key):
        bibliography.write(["jump", "modulo"])
