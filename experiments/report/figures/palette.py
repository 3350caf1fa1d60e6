"""One colour, marker and line style for each algorithm, the same in every chart, and colours for nodes.

Nobody lists algorithms here. The algorithms that are compared where nobody names any have a colour each: a
name hashes to a slot, and where two names want the same slot the algorithm published first has it. A family
has the colour of its first such member, or a slot of its own; its other members have that hue, a marker and
a line each. Deployed programs have no idea in common, and each program has a slot. So a colour does not
depend on which algorithms a chart shows, and a new algorithm keeps off the colours of those before it.
Baselines are grey. The colours, after Okabe and Ito, and Tol, are told apart with each of the common colour
blindnesses, and markers and line styles tell them apart without.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from algorithms import Spec

__all__ = ["FAINT", "INK", "MOST", "MUTED", "Style", "ink_on", "lifted", "node_colours", "on_dark", "styles"]

#: The colour of text and axes, and of what is only said in passing.
INK = "#222222"
MUTED = "#767676"

#: The colour of those that a chart of very many shows for the sake of completeness.
FAINT = "#B8B8B8"

#: So many series are told apart by colour; of more, only those that stand for their family keep theirs.
MOST = 12

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#332288", "#882255")
_GREYS = ("#4D4D4D", "#808080", "#A6A6A6")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">", "h")
_LINES: tuple[str | tuple[int, tuple[float, ...]], ...] = ("solid", (0, (5, 1.5)), (0, (4, 1.2, 1, 1.2)))
_DOTTED: tuple[str | tuple[int, tuple[float, ...]], ...] = ((0, (1, 1)), (0, (1, 2)), (0, (3, 1, 1, 1, 1, 1)))

# Any number would do; this one gives the best-known algorithms colours that are far apart.
_SALT = 75997

# The luminance of a colour of contrast 4 on the dark page of the report, whose own luminance is 0.009.
_LEGIBLE = 0.186

_NODE_TINTS = ("#7FB8DA", "#F2B27A", "#7FCDB5", "#E3B7D2", "#F0DD7A", "#B3B0DB", "#C9A08A", "#BDBDBD")


@dataclass(frozen=True, order=True)
class Style:
    """How an algorithm is drawn.

    Parameters
    ----------
    order : int
        Its place in a legend: algorithms by year of publication, baselines, names nobody registered.
    colour : str
        ``#RRGGBB``.
    marker : str
        A marker of matplotlib's.
    linestyle : str | tuple
        A line style of matplotlib's.
    """

    order: int
    colour: str
    marker: str
    linestyle: str | tuple[int, tuple[float, ...]]


def styles(labels: Iterable[str]) -> dict[str, Style]:
    """Return the styles of all that a chart shows.

    Examples
    --------
    >>> list(styles(["modulo", "jump", "ring"]))
    ['ring', 'jump', 'modulo']
    >>> styles(["modulo"])["modulo"].colour in ("#4D4D4D", "#808080", "#A6A6A6")
    True
    >>> styles(["ring(points=400)"])["ring(points=400)"] == styles(["ring"])["ring"]
    True
    >>> a, b = styles(["ring(points=40)", "ring(points=400)"]).values()
    >>> a.colour == b.colour, a.marker == b.marker
    (True, False)
    """
    labels = list(dict.fromkeys(labels))
    from algorithms import names

    given = _assign(sorted({_algorithm(label) for label in labels} - set(names())))
    found: dict[str, Style] = {}
    seen: dict[str, int] = {}
    for label in labels:
        name = _algorithm(label)
        variant = seen.setdefault(name, 0)
        seen[name] += 1
        found[label] = given[name] if variant == 0 else _vary(given[name], variant)
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def lifted(labels: Iterable[str]) -> dict[str, bool]:
    """Return whether each label keeps its colour in a chart of all of them.

    All do where they are few. Of many, the usual algorithms and who leads a family, and names nobody
    registered; all again where that would be none.

    Examples
    --------
    >>> lifted(["jump", "flip"])
    {'jump': True, 'flip': True}
    """
    from algorithms import leading, names

    labels = list(dict.fromkeys(labels))
    known, kept = set(names()), set(leading())
    stands = {label: _algorithm(label) in kept or _algorithm(label) not in known for label in labels}
    return stands if len(labels) > MOST and any(stands.values()) else dict.fromkeys(labels, True)


def node_colours(nodes: int | Sequence[str]) -> list[str]:
    """Return a light colour for each node, dark text legible on it.

    Examples
    --------
    >>> node_colours(2)
    ['#7FB8DA', '#F2B27A']
    >>> len(set(node_colours(17)))
    17
    """
    count = nodes if isinstance(nodes, int) else len(nodes)
    if count <= len(_NODE_TINTS):
        return list(_NODE_TINTS[:count])
    return [_between(i / (count - 1)) for i in range(count)]


def ink_on(colour: str) -> str:
    """Return the colour of text that is legible on a colour.

    >>> ink_on("#F0DD7A"), ink_on("#332288")
    ('#222222', '#FFFFFF')
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "#FFFFFF"


def on_dark(colour: str) -> str:
    """Return the colour that takes a colour's place on a dark page: of the same hue, and light enough.

    Greys change places, the darkest with the lightest. Others are mixed with white until they stand out.

    >>> on_dark("#4D4D4D"), on_dark("#332288"), on_dark("#E69F00")
    ('#D2D2D2', '#7A6FB2', '#E69F00')
    """
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    if len(set(parts)) == 1:
        return _hexadecimal([0x11F - parts[0]] * 3)
    step = 0
    while _luminance([_towards_white(part, step) for part in parts]) < _LEGIBLE:
        step += 1
    return _hexadecimal([_towards_white(part, step) for part in parts])


def _towards_white(part: int, step: int) -> int:
    return round(part + (255 - part) * step / 20)


def _luminance(parts: Sequence[int]) -> float:
    """Return the relative luminance of a colour, as the W3C's guidelines for accessibility define it."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _registered() -> list[Spec]:
    """Return the specs of all algorithms, in the order of a legend: by year, baselines last."""
    from algorithms import names, spec_of

    return sorted(map(spec_of, names()), key=lambda spec: (spec.baseline, spec.year or 9999, spec.name))


def _assign(strangers: Iterable[str]) -> dict[str, Style]:
    """Return the styles of all that is registered, and of other names."""
    specs = _registered()
    usual = [spec for spec in specs if spec.by_default]
    others = [spec for spec in specs if not spec.by_default]
    slots: dict[str, int] = {}
    taken: dict[bool, set[int]] = {False: set(), True: set()}
    hues: dict[str, int] = {}

    def take(name: str, *, baseline: bool) -> int:
        slot = _free_slot(name, len(_GREYS if baseline else _COLOURS), taken[baseline])
        taken[baseline].add(slot)
        return slot

    for spec in usual:
        slots[spec.name] = take(spec.name, baseline=spec.baseline)
        if not spec.baseline:
            hues.setdefault(spec.family, slots[spec.name])
    wanting = {_hue_of(spec): spec for spec in others if spec.family and not spec.baseline}
    for name in sorted(
        wanting.keys() - hues.keys(), key=lambda name: (wanting[name].family == "deployed", name)
    ):
        hues[name] = take(name, baseline=False)
    # a leader is next to the hue of its family, and has it where no usual algorithm does
    members = {spec.family: 1 for spec in usual}
    numbers: dict[str, int] = {}
    for spec in sorted(others, key=lambda spec: not spec.leads):
        numbers[spec.name] = members.get(_hue_of(spec), 0)
        members[_hue_of(spec)] = numbers[spec.name] + 1
    styles: dict[str, Style] = {}
    for order, spec in enumerate(specs):
        if spec.name in slots or spec.baseline or not spec.family:
            if spec.name not in slots:
                slots[spec.name] = take(spec.name, baseline=spec.baseline)
            styles[spec.name] = _style(order * 100, slots[spec.name], baseline=spec.baseline)
        else:
            hue = _style(order * 100, hues[_hue_of(spec)], baseline=False)
            styles[spec.name] = _member(hue, numbers[spec.name])
    for order, name in enumerate(strangers, len(specs)):
        styles[name] = _style(order * 100, take(name, baseline=False), baseline=False)
    return styles


def _hue_of(spec: Spec) -> str:
    """Return what has a hue in common: a family, or a deployed program by the first word of its members."""
    return spec.name.split("_")[0] if spec.family == "deployed" else spec.family


def _style(order: int, slot: int, *, baseline: bool) -> Style:
    colours = _GREYS if baseline else _COLOURS
    lines = _DOTTED if baseline else _LINES
    layer = slot // len(colours)
    # Layers step through the markers by three, so that a colour's second owner looks different.
    marker = _MARKERS[(slot % len(colours) + 3 * layer + (8 if baseline else 0)) % len(_MARKERS)]
    return Style(order, colours[slot % len(colours)], marker, lines[layer % len(lines)])


def _member(hue: Style, number: int) -> Style:
    """Return the style of a family's further member: darker and lighter by turns, another mark and line."""
    parts = [int(hue.colour[i : i + 2], 16) for i in (1, 3, 5)]
    step = (number + 1) // 2 % 4 * 2
    shade = [round(part * (1 - step / 16)) if number % 2 else _towards_white(part, step) for part in parts]
    varied = _vary(hue, number)
    return Style(hue.order, _hexadecimal(shade), varied.marker, varied.linestyle)


def _free_slot(name: str, width: int, taken: set[int]) -> int:
    """Return a free slot in the first layer of colours that has one, from the slot the name hashes to."""
    first = int.from_bytes(hashlib.sha256(f"{_SALT}:{name}".encode()).digest()[:8], "big") % width
    layer = 0
    while True:
        for step in range(width):
            slot = layer * width + (first + step) % width
            if slot not in taken:
                return slot
        layer += 1


def _vary(style: Style, variant: int) -> Style:
    place = _MARKERS.index(style.marker) + 4 * variant
    lines = (*_LINES, *_DOTTED)
    line = lines[(lines.index(style.linestyle) + variant) % len(lines)]
    return Style(style.order + variant, style.colour, _MARKERS[place % len(_MARKERS)], line)


def _algorithm(label: str) -> str:
    match = re.match(r"[A-Za-z_][A-Za-z0-9_]*", label)
    return match[0] if match else label


# Anchors of a sequence even in lightness: blue, teal, green, yellow.
_ANCHORS = ((0x3B, 0x4C, 0x8A), (0x2F, 0x7F, 0x8E), (0x5D, 0xB6, 0x7D), (0xF3, 0xE2, 0x6B))


def _between(part: float) -> str:
    place = part * (len(_ANCHORS) - 1)
    i = min(int(place), len(_ANCHORS) - 2)
    mixed = (
        round(low + (high - low) * (place - i))
        for low, high in zip(_ANCHORS[i], _ANCHORS[i + 1], strict=True)
    )
    return _hexadecimal(mixed)


def _hexadecimal(parts: Iterable[int]) -> str:
    return "#" + "".join(f"{part:02X}" for part in parts)
