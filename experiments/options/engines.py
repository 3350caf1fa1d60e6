"""Where chunks are computed, as it is typed: ``threads``, ``dask``, ``dask:N`` or ``dask://HOST:PORT``."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.options.errors import BadUse, did_you_mean
from experiments.options.parsers import integer

__all__ = ["THREADS", "Dask", "dask_of", "engine_name"]

THREADS = "threads"
"""The engine of this process alone."""

ALLOWED = "give threads, dask, dask:N for N workers on this machine, or dask://HOST:PORT of a scheduler"

MOST_WORKERS = 1024


@dataclass(frozen=True)
class Dask:
    """A Dask cluster, as it was asked for.

    Parameters
    ----------
    workers
        How many workers of a cluster that is made on this machine; None for as many as threads.
    address
        Of a scheduler that is there already, such as ``tcp://10.0.0.1:8786``; None where one is made.
    """

    workers: int | None = None
    address: str | None = None


def engine_name(value: object) -> str:
    """Read the name of an engine.

    Examples
    --------
    >>> engine_name("dask:2"), engine_name("dask://127.0.0.1:8786")
    ('dask:2', 'dask://127.0.0.1:8786')
    >>> engine_name("dask:0")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: 'dask:0' has no number of workers: '0' is below 1; ...
    """
    name = str(value)
    if name != THREADS:
        dask_of(name)
    return name


def dask_of(text: str) -> Dask | None:
    """Return the cluster that the name of an engine asks for; None for threads.

    Examples
    --------
    >>> dask_of("dask:2"), dask_of("threads")
    (Dask(workers=2, address=None), None)
    >>> dask_of("dask://node-7:8786").address
    'tcp://node-7:8786'
    """
    if text == THREADS:
        return None
    name, colon, rest = text.partition(":")
    if name != "dask":
        raise BadUse(f"{text!r} is no engine; {ALLOWED}{did_you_mean(name, [THREADS, 'dask'])}")
    if not colon:
        return Dask()
    if not rest.startswith("//"):
        try:
            return Dask(workers=integer(1, MOST_WORKERS)(rest))
        except BadUse as error:
            raise BadUse(f"{text!r} has no number of workers: {error}") from None
    host, _, port = rest.removeprefix("//").rpartition(":")
    try:
        number = integer(1, 65535)(port)
    except BadUse:
        number = 0
    if not number or not host or any(sign in host for sign in "/@ "):
        raise BadUse(f"{text!r} has no address; give dask://HOST:PORT, such as dask://127.0.0.1:8786")
    return Dask(address=f"tcp://{host}:{number}")
