"""Any text, written so that LaTeX or Markdown shows it as it stands."""

from __future__ import annotations

import re

from experiments.options.printable import CONTROLS

__all__ = [
    "escape_latex",
    "escape_markdown",
    "markdown_code",
    "markdown_line",
    "one_line",
    "unbroken",
]


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "\N{EN DASH}": "--",
    "\N{EM DASH}": "---",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{LEFT SINGLE QUOTATION MARK}": "`",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{SECTION SIGN}": r"\S{}",
    "\N{WORD JOINER}": "{}",
}
_MATHS = {
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "⇒": r"\Rightarrow",
    "±": r"\pm",
    "\N{MULTIPLICATION SIGN}": r"\times",
    "÷": r"\div",
    "·": r"\cdot",
    "\N{MINUS SIGN}": "-",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "∞": r"\infty",
    "√": r"\surd",
    "✓": r"\surd",
    "✗": r"\times",
    "∈": r"\in",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "∑": r"\sum",
    "°": r"^{\circ}",
    "µ": r"\mu",
}
_MATHS |= {
    chr(code): rf"\{name}"
    for name, code in {
        "alpha": 0x3B1, "beta": 0x3B2, "gamma": 0x3B3, "delta": 0x3B4, "epsilon": 0x3B5, "lambda": 0x3BB,
        "mu": 0x3BC, "pi": 0x3C0, "sigma": 0x3C3, "tau": 0x3C4, "phi": 0x3C6, "chi": 0x3C7, "Delta": 0x394,
        "Sigma": 0x3A3, "Omega": 0x3A9,
    }.items()
}  # fmt: skip
_MATHS |= {
    chr(code): f"^{{{sign}}}"
    for sign, code in zip(
        "0123456789-",
        [0x2070, 0xB9, 0xB2, 0xB3, 0x2074, 0x2075, 0x2076, 0x2077, 0x2078, 0x2079, 0x207B],
        strict=True,
    )
}


def one_line(text: str) -> str:
    r"""Replace line breaks and control characters by spaces.

    >>> one_line("a\nb")
    'a b'
    """
    return CONTROLS.sub(" ", text.replace("\n", " "))


def unbroken(text: str, space: str = "\N{NO-BREAK SPACE}") -> str:
    r"""Keep a number and its unit on one line.

    >>> unbroken("5.88 % in 3 ms, 0 B, and 2 nodes", "~")
    '5.88~% in 3~ms, 0~B, and 2 nodes'
    """
    return re.sub(r"(?<=[\d∞\])]) (?=(?:%|[nµm]?s|(?:[kKMG]i?)?B)(?!\w))", space, text)


def escape_latex(text: str) -> str:
    r"""Write any text so that LaTeX sets it as it stands, with no package but the kernel's.

    Arrows and other signs become mathematics; letters beyond Latin, which pdfLaTeX would stop at, their code.

    >>> print(escape_latex("key_range & 50 % → #2"))
    key\_range \& 50~\% $\rightarrow$ \#2
    >>> print(escape_latex("--set ring.points=400"))
    -{}-set ring.points=400
    """
    # Two hyphens would be a dash, two quotes a double one, and two powers side by side a double superscript.
    joined = re.sub(r"-(?=-)|['\"](?=['\"])", "\\g<0>\N{WORD JOINER}", unbroken(one_line(text)))
    written = "".join(_latex_character(character) for character in joined)
    return re.sub(r"(?:\$\^\{[^}]*\}\$)+", _join_powers, written)


def escape_markdown(text: str) -> str:
    r"""Write any text so that Markdown shows it as it stands, in a cell of a table too.

    >>> print(escape_markdown("a|b *c* key_range"))
    a\|b \*c\* key_range
    """
    written = unbroken(one_line(text)).replace("&", "&amp;")
    written = re.sub(r"([\\`*|<~$])", r"\\\1", written)
    # brackets are brackets, but before these signs a link or a footnote
    written = re.sub(r"\](?=[(\[:])|\[(?=\^)", r"\\\g<0>", written)
    # Inside a word GitHub leaves an underscore alone, and key_range stays legible in the source.
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", written)


def markdown_code(text: str) -> str:
    r"""Write any text as code in a line of Markdown, in a cell of a table too.

    >>> print(markdown_code("--nodes 4"), markdown_code("a`b|"))
    `--nodes 4` <code>a&#96;b&#124;</code>
    """
    line = one_line(text)
    if line.strip() == line and line and not re.search(r"[`|\\]", line):
        return f"`{line}`"
    # a character by its number begins and ends nothing
    return f"<code>{re.sub(r'[^A-Za-z0-9 .,/=-]', lambda match: f'&#{ord(match[0])};', line)}</code>"


def markdown_line(text: str) -> str:
    r"""Write any text as a line of Markdown of its own, which is neither a list nor a heading.

    >>> print(markdown_line("+ holds"), markdown_line("1. is no list"), markdown_line("-1 is a number"))
    \+ holds 1\. is no list -1 is a number
    """
    return re.sub(r"^(\d*)([-+#>.)]+)(?=\s)", r"\1\\\2", escape_markdown(text))


def _latex_character(character: str) -> str:
    if character in _LATEX:
        return _LATEX[character]
    if character in _MATHS:
        return f"${_MATHS[character]}$"
    if ord(character) > 0x17F:
        return rf"\texttt{{U+{ord(character):04X}}}"
    return character


def _join_powers(match: re.Match[str]) -> str:
    return "$^{" + "".join(re.findall(r"\^\{([^}]*)\}", match[0])) + "}$"
