"""Selections of several algorithms spelled out: ``all``, ``leading``, ``family:NAME``, and an empty one."""

from __future__ import annotations

from collections.abc import Sequence

from algorithms.errors import suggestion
from algorithms.registry import leading, names, spec_of, usual
from experiments.options.errors import BadUse

__all__ = ["spelled_out"]


def spelled_out(selections: Sequence[str]) -> list[str]:
    """Return selections of one algorithm each; the usual ones if empty.

    ``leading`` are the usual ones and who leads a family.

    Examples
    --------
    >>> spelled_out(["family:rings", "jump"])[-1], spelled_out(["all"]) == list(names())
    ('jump', True)
    >>> spelled_out(["family:ring"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --algorithms: no family is named 'ring': ...
    """
    texts: list[str] = []
    for text in selections or usual():
        head, colon, family = text.partition(":")
        if text == "all":
            texts += names()
        elif text == "leading":
            texts += leading()
        elif head == "family" and colon:
            families = {name: spec_of(name).family for name in names()}
            members = [name for name, its in families.items() if its and its == family]
            if not members:
                allowed = sorted({its for its in families.values() if its})
                raise BadUse(f"--algorithms: no family is named {family!r}: {suggestion(family, allowed)}")
            texts += members
        else:
            texts.append(text)
    return texts
