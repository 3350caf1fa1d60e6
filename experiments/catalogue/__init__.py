"""The catalogue: the parameters of each experiment, as data, one ``NAME.toml`` an experiment.

A file has one table a profile: ``[smoke]`` (seconds; the tests run it), ``[regular]`` (the default) and
``[full]`` (the paper's). Each holds values of the experiment's parameters by field name; a field that is
not named has its default, and an unknown one is an error.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from experiments.errors import BadUse, did_you_mean
from experiments.parameters import Parameters

__all__ = ["DEFAULT_PROFILE", "FOLDER", "PROFILES", "names", "read"]

FOLDER = Path(__file__).parent
PROFILES = ("smoke", "regular", "full")
DEFAULT_PROFILE = "regular"

P = TypeVar("P", bound=Parameters)


def names() -> tuple[str, ...]:
    """Return the names of the experiments that are in the catalogue, ascending.

    Returns
    -------
    tuple of str
        Names, without importing the experiments.
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read(path: Path, profile: str, cls: type[P]) -> P:
    """Return the parameters of one profile.

    Parameters
    ----------
    path
        The experiment's file.
    profile
        One of `PROFILES`.
    cls
        The experiment's class of parameters.

    Returns
    -------
    P
        An instance of `cls`.

    Raises
    ------
    BadUse
        If the profile is unknown, or the file has an error; the sentence names the file and the table.

    Examples
    --------
    >>> read(FOLDER / "any.toml", "huge", Parameters)
    Traceback (most recent call last):
        ...
    experiments.errors.BadUse: --profile: 'huge' is unknown; give one of smoke, regular, full
    """
    if profile not in PROFILES:
        hint = did_you_mean(profile, PROFILES)
        raise BadUse(f"--profile: {profile!r} is unknown; give one of {', '.join(PROFILES)}{hint}")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadUse(f"the catalogue has no {path.name}; write one with [smoke], [regular], [full]") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadUse(f"{path.name} in the catalogue is no TOML: {error}") from None
    unknown = sorted(set(tables) - set(PROFILES))
    missing = [name for name in PROFILES if not isinstance(tables.get(name), dict)]
    if unknown or missing:
        wrong = f"has an unknown {unknown[0]!r}" if unknown else f"lacks [{missing[0]}]"
        raise BadUse(f"{path.name} in the catalogue {wrong}; its tables are [smoke], [regular], [full]")
    try:
        return cls.build(tables[profile])
    except BadUse as error:
        raise BadUse(f"{path.name} in the catalogue, [{profile}]: {error}") from None
