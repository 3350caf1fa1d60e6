r"""Numbers in the text that come from nowhere: digits and words for numbers that no ``\val`` stands behind.

In formulas single digits are allowed, as they belong to the law and not to a result; names such as
``MD5`` are words. Everything else must be a value, so that the text cannot disagree with the results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Typed", "Use", "typed_numbers", "used_values"]

_VALUE = r"\\val(?:\[([^\[\]]*)\])?\{([^{}]*)\}"

_SILENT = (
    r"(?<!\\)%.*",  # comments
    r"\\(?:val|label|ref|cite|input|code|alg|begin|end|includegraphics|setlength|vspace|hspace)\*?(?:\[[^\]]*\])?(?:\{[^{}]*\})+",
    r"\\[a-zA-Z]+\*?",
)
_MATHS = r"\$[^$]*\$|\\\[.*?\\\]|\\begin\{align\*\}.*?\\end\{align\*\}"
_WORDS = (
    r"\b(?:eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|percent)\b"
)


@dataclass(frozen=True)
class Typed:
    """A number that was typed into the text.

    Attributes
    ----------
    line
        In which it stands.
    text
        What stands there.
    """

    line: int
    text: str


@dataclass(frozen=True, order=True)
class Use:
    """A value in the text.

    Attributes
    ----------
    name
        Which one.
    how
        In how many digits, or ``words``; empty for as it is.
    """

    name: str
    how: str = ""


def typed_numbers(latex: str) -> list[Typed]:
    r"""Return the numbers that were typed by hand.

    Examples
    --------
    >>> typed_numbers(r"Of \val{keys} keys $1/(n+1)$ move.")
    []
    >>> typed_numbers("It moves 5.9 of a hundred.")
    [Typed(line=1, text='5.9'), Typed(line=1, text='hundred')]
    >>> typed_numbers("$2^{31}$")
    [Typed(line=1, text='31')]
    """
    return sorted(_found(latex), key=lambda typed: typed.line)


def used_values(latex: str) -> set[Use]:
    r"""Return the values that a text uses.

    Examples
    --------
    >>> sorted(used_values(r"\val{scaling/movement/16/add:1/jump} and \val[0]{sequence/net/life/16/ring}"))
    [Use(name='scaling/movement/16/add:1/jump', how=''), Use(name='sequence/net/life/16/ring', how='0')]
    >>> used_values(r"\val{cache/right/50\%/law}")
    {Use(name='cache/right/50%/law', how='')}
    """
    return {Use(name.replace("\\%", "%"), how) for how, name in re.findall(_VALUE, latex)}


def sections(folder: Path) -> Iterator[Path]:
    """Yield the files of the text that people write."""
    yield from sorted((folder / "sections").glob("*.tex"))


def _found(latex: str) -> Iterator[Typed]:
    comments, arguments, commands = _SILENT
    text = re.sub(comments, _blank, latex)
    yield from _in_maths(re.sub(_VALUE, _blank, text))
    text = re.sub(_MATHS, _blank, text, flags=re.DOTALL)
    for pattern in (arguments, commands):
        text = re.sub(pattern, _blank, text)
    for pattern in (r"(?<![A-Za-z\d])\d[\d.,]*", _WORDS):
        for match in re.finditer(pattern, text, flags=re.IGNORECASE):
            yield Typed(text.count("\n", 0, match.start()) + 1, match[0].rstrip(".,"))


def _in_maths(text: str) -> Iterator[Typed]:
    for formula in re.finditer(_MATHS, text, flags=re.DOTALL):
        for match in re.finditer(r"\d[\d.]+", formula[0]):
            yield Typed(text.count("\n", 0, formula.start() + match.start()) + 1, match[0])


def _blank(match: re.Match[str]) -> str:
    """Replace a match by as many line breaks as it has, so that lines keep their numbers."""
    return " " + "\n" * match[0].count("\n")
