"""The catalogue: the parameters of each experiment, as data, in the ``profiles.toml`` of its folder.

Above all stand ``title``, a line for the list, and ``section``, the place of its chapter in a report: those
with smaller numbers come before. Then one table a profile: ``[smoke]`` (seconds; the tests run it),
``[regular]`` (the default) and ``[full]`` (the paper's). Each holds values of the experiment's parameters by
field name; a field that is not named has its default, and an unknown one is an error.

There may also stand ``results = "rows"`` or ``results = "timing"``: the experiment belongs to the results
that are committed, and either its rows are the same on every machine, or a clock decides them; and
``rows_of = "NAME"``: it has the parameters and rows of another experiment, and shows them otherwise.
"""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import experiments
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.key_counts import KeyCount

__all__ = [
    "DEFAULT_PROFILE",
    "FILE",
    "FOLDER",
    "KINDS",
    "PROFILES",
    "kind",
    "names",
    "read",
    "rows_of",
    "section",
    "title",
]

FOLDER = Path(__file__).resolve().parents[1]
"""The folder of the rooms."""

FILE = "profiles.toml"
"""The file in a room's folder."""

PROFILES = ("smoke", "regular", "full")
DEFAULT_PROFILE = "regular"

KINDS = ("rows", "timing")
"""What the committed results of an experiment can be."""

RESULTS = "results"
"""The key of the kind, above the profiles."""

ABOUT = ("title", "section", RESULTS, "rows_of")
"""All keys that may stand above the profiles."""

P = TypeVar("P", bound=Parameters)


def names() -> tuple[str, ...]:
    """Return the names of the experiments that are in the catalogue, ascending."""
    folders = map(Path, experiments.__path__)
    return tuple(sorted({path.parent.name for folder in folders for path in folder.glob(f"*/{FILE}")}))


def read(path: Path, profile: str, cls: type[P]) -> P:
    """Return the parameters of one profile.

    Examples
    --------
    >>> read(FOLDER / "any" / FILE, "huge", Parameters)
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --profile: 'huge' is unknown; give one of smoke, regular, full
    """
    if profile not in PROFILES:
        hint = did_you_mean(profile, PROFILES)
        raise BadUse(f"--profile: {profile!r} is unknown; give one of {', '.join(PROFILES)}{hint}")
    tables = _tables(path)
    try:
        parameters = cls.build(tables[profile])
        # a profile's number is a default, and a file has its own
        return dataclasses.replace(parameters, keys=KeyCount(parameters.keys, whole=True))
    except BadUse as error:
        raise BadUse(f"{path.parent.name}/{path.name}, [{profile}]: {error}") from None


def kind(path: Path) -> str | None:
    """Return what the committed results of an experiment are.

    Examples
    --------
    >>> kind(FOLDER / "scaling" / FILE), kind(FOLDER / "targets" / FILE)
    ('rows', None)
    """
    found: str | None = _tables(path).get(RESULTS)
    return found


def title(path: Path) -> str:
    """Return the one line of an experiment."""
    return str(_tables(path).get("title", path.parent.name))


def section(path: Path) -> int:
    """Return where an experiment's chapter stands in a report."""
    return int(_tables(path).get("section", 50))


def rows_of(path: Path) -> str | None:
    """Return the experiment whose parameters and rows an experiment has; None if it has its own."""
    other: str | None = _tables(path).get("rows_of")
    return other


def _tables(path: Path) -> dict[str, Any]:
    """Return what a file of the catalogue says, its outline checked."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadUse(
            f"there is no {path.parent.name}/{path.name}; write one with [smoke], [regular], [full]"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadUse(f"{path.parent.name}/{path.name} is no TOML: {error}") from None
    unknown = sorted(set(tables) - {*PROFILES, *ABOUT})
    missing = [name for name in PROFILES if not isinstance(tables.get(name), dict)]
    if unknown or missing:
        wrong = f"has an unknown {unknown[0]!r}" if unknown else f"lacks [{missing[0]}]"
        raise BadUse(f"{path.parent.name}/{path.name} {wrong}; its tables are [smoke], [regular], [full]")
    if tables.get(RESULTS) not in (None, *KINDS):
        raise BadUse(
            f"{path.parent.name}/{path.name} has results = {tables[RESULTS]!r}; "
            f"give one of {', '.join(KINDS)}"
        )
    return tables
