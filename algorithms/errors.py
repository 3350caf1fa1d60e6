"""The errors of the interface: each says what was given, what is allowed and what to do.

Every error is a :class:`ShardlabError` and also the built-in error that a caller would expect, so
``except KeyError`` around a lookup by name works as it does with a dict.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable


class ShardlabError(Exception):
    """What all errors of the suite have in common; ``str()`` is the message."""

    def __str__(self) -> str:
        """Return the message (a plain KeyError would show its ``repr``)."""
        return str(self.args[0]) if self.args else ""


class UnknownAlgorithm(ShardlabError, KeyError):
    """No algorithm is registered under this name."""


class UnknownHash(ShardlabError, KeyError):
    """No hash function has this name."""


class UnknownNode(ShardlabError, KeyError):
    """No live node has this name."""


class DuplicateNode(ShardlabError, ValueError):
    """A node was named twice, or is there already."""


class NoNodes(ShardlabError, ValueError):
    """A partitioner needs at least one node."""


class InvalidNode(ShardlabError, ValueError):
    """Not a node, or not a name that a node may have."""


class InvalidWeight(ShardlabError, ValueError):
    """A weight that is no positive number, or that the algorithm cannot follow."""


class InvalidParameter(ShardlabError, ValueError):
    """A parameter that the algorithm does not have, or a value that it does not allow."""


class InvalidKey(ShardlabError, TypeError):
    """Not a key: a key is a str, bytes or an int from 0 to 2^64 - 1."""


class InvalidHash(ShardlabError, ValueError):
    """Not hashes: a 1-D array of unsigned integers below 2^hash_bits."""


class UnsupportedEvent(ShardlabError, ValueError):
    """A scale event that the algorithm cannot do."""


class MissingCapability(ShardlabError, TypeError):
    """A question that only algorithms with a certain capability can answer."""


class BrokenAlgorithm(ShardlabError, ValueError):
    """An algorithm failed where it must not, or gave a hash to a bucket that is not there."""


def suggestion(given: str, allowed: Iterable[str]) -> str:
    """Return what to do about a name that is not among the allowed ones.

    Parameters
    ----------
    given
        The name that was not found.
    allowed
        The names there are.

    Returns
    -------
    str
        A phrase that names the closest match, if there is one, and all allowed names.

    Examples
    --------
    >>> suggestion("rnig", ["ring", "jump"])
    "did you mean 'ring'? (there are: ring, jump)"
    >>> suggestion("x", ["ring", "jump"])
    'choose one of: ring, jump'
    """
    choices = list(allowed)
    close = difflib.get_close_matches(given, choices, n=1)
    listed = ", ".join(choices)
    return f"did you mean {close[0]!r}? (there are: {listed})" if close else f"choose one of: {listed}"


def shown(value: object, most: int = 60) -> str:
    """Return a value as a message shows it: on one line, cut short, whatever its ``repr`` does.

    Parameters
    ----------
    value
        What was given.
    most
        The greatest number of characters.

    Returns
    -------
    str

    Examples
    --------
    >>> shown(["a"]), shown(10**5000)
    ("['a']", 'an int of 16610 bits')
    """
    if isinstance(value, int) and value.bit_length() > 4 * most:
        return f"an int of {value.bit_length()} bits"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return f"a {type(value).__name__} that has no repr"
    return text if len(text) <= most else text[:most] + "..."


@functools.cache
def say_once(text: str) -> None:
    """Have a sentence logged as a warning, which without any handler goes to stderr; the same one only once.

    Parameters
    ----------
    text
        The sentence.
    """
    import logging

    logging.getLogger("shardlab").warning("%s", text)
