"""What comes in and what an algorithm makes of it: checked, and told in a sentence where it is wrong."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import (
    BrokenAlgorithm,
    InvalidHash,
    InvalidParameter,
    InvalidWeight,
    ShardlabError,
    UnsupportedEvent,
)
from algorithms.hashing import Hashes
from algorithms.hashing.columns import first_masked
from algorithms.interface.algorithm import Algorithm, Buckets
from algorithms.interface.nodes import Nodes
from algorithms.interface.spec import Capability, Spec


def checked_hashes(hashes: NDArray[np.unsignedinteger[Any]], bits: int) -> Hashes:
    """Return hashes as uint64, or raise InvalidHash: 1-D, unsigned, none masked, all below 2^bits."""
    if not isinstance(hashes, np.ndarray) or hashes.dtype.kind != "u" or hashes.ndim != 1:
        given = (
            f"{hashes.dtype} of shape {hashes.shape}"
            if isinstance(hashes, np.ndarray)
            else type(hashes).__name__
        )
        raise InvalidHash(
            f"hashes are a 1-D array of unsigned integers, such as np.uint64, not {given}; "
            "use lookup or lookup_many for keys"
        )
    hidden = first_masked(hashes)
    if hidden is not None:
        raise InvalidHash(f"row {hidden} is masked: every row must hold a hash")
    checked = np.ascontiguousarray(np.ma.getdata(hashes), dtype=np.uint64)
    if bits < 64 and len(checked) and int(checked.max()) >> bits:
        row = int(np.argmax(checked >> np.uint64(bits) > 0))
        raise InvalidHash(f"the hash {int(checked[row])} in row {row} is not below 2^{bits}")
    return read_only(checked)


def read_only(hashes: Hashes) -> Hashes:
    """Return hashes that cannot be written to: kernels are compiled for these alone, and not for both kinds.

    Examples
    --------
    >>> hashes = np.zeros(2, dtype=np.uint64)
    >>> read_only(hashes).flags.writeable, hashes.flags.writeable, read_only(hashes).base is hashes
    (False, True, True)
    """
    if not hashes.flags.writeable:
        return hashes
    view = hashes.view()
    view.flags.writeable = False
    return view


def check_out(out: Buckets, shape: tuple[int, ...]) -> None:
    """Raise InvalidParameter unless buckets can be written into an array."""
    if not (
        isinstance(out, np.ndarray)
        and not isinstance(out, np.ma.MaskedArray)
        and out.dtype == np.int32
        and out.shape == shape
        and out.flags.c_contiguous
        and out.flags.writeable
    ):
        raise InvalidParameter(f"out must be a writable, contiguous int32 array of shape {shape}")


def check_nodes(spec: Spec, nodes: Nodes) -> None:
    """Raise where an algorithm cannot have nodes: with gaps between buckets, or with weights."""
    if not spec.can(Capability.REMOVES_ANY) and not nodes.dense:
        free = nodes.lowest_free(1)[0]
        raise UnsupportedEvent(
            f"{spec.name} can only shrink from its last bucket: bucket {free} would be free "
            f"below {nodes.top - 1}; remove the last nodes, or put another node in its place in one event"
        )
    if spec.whole_weights is not None:
        low, high = spec.whole_weights
        for node in nodes.spelled():
            if not (node.weight.is_integer() and low <= node.weight <= high):
                raise InvalidWeight(
                    f"{spec.name} counts weights in whole units from {low} to {high}: {node.name!r} cannot "
                    f"have {node.weight:g}"
                )
    if not spec.can(Capability.WEIGHTED):
        check_weights_alike(spec.name, nodes)


def check_weights_alike(name: str, nodes: Nodes) -> None:
    """Raise InvalidWeight where a node weighs anything but 1, for an algorithm that follows no weights."""
    for node in nodes.spelled():
        if node.weight != 1.0:
            raise InvalidWeight(
                f"{name} does not follow weights: {node.name!r} must keep weight 1, not {node.weight}"
            )


def checked_events(closing: NDArray[np.int64] | None, count: int) -> NDArray[np.int64]:
    """Return which event each event closes, or raise InvalidParameter where that cannot be."""
    if closing is None:
        return np.full(count, -1, dtype=np.int64)
    if not isinstance(closing, np.ndarray) or closing.dtype.kind != "i" or closing.shape != (count,):
        raise InvalidParameter(f"closing is an int64 array of shape ({count},), -1 where a request is opened")
    order = np.ascontiguousarray(closing, dtype=np.int64)
    (rows,) = np.nonzero(order != -1)
    ended = order[rows]
    wrong = (ended < 0) | (ended >= rows)
    wrong[~wrong] = order[ended[~wrong]] != -1
    if wrong.any():
        row = int(rows[np.argmax(wrong)])
        raise InvalidParameter(
            f"event {row} closes event {int(order[row])}, which is no earlier one that opens a request"
        )
    times = np.bincount(ended) if len(ended) else ended
    if (times > 1).any():
        raise InvalidParameter(f"the request of event {int(np.argmax(times > 1))} is closed twice")
    return order


def check_buckets(spec: Spec, nodes: Nodes, hashes: Hashes, out: Buckets) -> None:
    """Raise BrokenAlgorithm where a hash is on a bucket that no live node has."""
    dead = nodes.first_dead(out)
    if dead is not None:
        row = np.unravel_index(dead, out.shape)
        raise BrokenAlgorithm(
            f"{spec.name} gives hash {int(hashes[row[0]])} to bucket {int(out[row])}, which no live "
            f"node has (n = {len(nodes)}, buckets {_listed(nodes)}): mend its _build or _place"
        )


def tell(algorithm: type[Algorithm[Any]], nodes: Nodes, error: Exception) -> None:
    """Raise a sentence that says which algorithm failed, unless it has said so in one itself."""
    if isinstance(error, ShardlabError | MemoryError):
        return
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    file = getattr(sys.modules.get(algorithm.__module__), "__file__", None)
    at = next((frame for frame in reversed(frames) if frame.filename == file), frames[-1])
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = lines[1:] if lines and lines[0].startswith("Failed in nopython mode") else lines
    first = " ".join(lines[:2] if lines and lines[0].endswith(":") else lines[:1])
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    frozen = "readonly array" in said or "read-only" in said
    hint = "; a structure is never changed, since other states may have it too" if frozen else ""
    where = f"{at.filename}, line {at.lineno}"
    raise BrokenAlgorithm(
        f"{algorithm.spec.name} failed with {len(nodes)} nodes, in {where}: {said}{hint}"
    ) from error


def _listed(nodes: Nodes) -> str:
    if nodes.dense:
        return f"0 to {len(nodes) - 1}"
    live = nodes.buckets().tolist()
    return ", ".join(map(str, live[:8])) + (", ..." if len(live) > 8 else "")
