"""The cache traces of Twitter: CSV of time, key, size of key, size of value, client, operation, time to live.

The look-ups get and gets are requests; the other operations are counted. Sizes are those of key and value.

Source: https://github.com/twitter/cache-trace, its README; Yang, Yue & Rashmi, OSDI 2020.
"""

from __future__ import annotations

from experiments.traces.records import Draft, seconds, shown, whole

__all__ = ["read_line"]

FIELDS = 7
REQUESTS = frozenset({b"get", b"gets"})
OTHERS = frozenset({b"set", b"add", b"replace", b"cas", b"append", b"prepend", b"delete", b"incr", b"decr"})


def read_line(line: bytes, draft: Draft) -> None:
    """Take a line; keys may hold commas."""
    time, _, rest = line.partition(b",")
    key, *fields = rest.rsplit(b",", FIELDS - 2)
    if len(fields) != FIELDS - 2:
        raise ValueError(f"it has {line.count(b',') + 1} fields; those of Twitter have {FIELDS}")
    key_size, value_size, _, operation, _ = fields
    when, size = seconds(time), whole(key_size, "size of the key") + whole(value_size, "size of the value")
    if not key:
        raise ValueError("the key is empty")
    if operation in OTHERS:
        draft.others[operation.decode()] += 1
        return
    if operation not in REQUESTS:
        raise ValueError(f"{shown(operation)} is none of the operations of Twitter")
    draft.keys.append(key)
    draft.times.append(when)
    draft.sizes.append(size)
