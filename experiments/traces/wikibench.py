"""The traces of WikiBench: a counter, the time, a URL, and - or save, with a space between them.

What saves is counted, and is no request.

Source: van Baaren, "WikiBench: a distributed, Wikipedia based web application benchmark", Vrije Universiteit
Amsterdam 2009; Urdaneta, Pierre & van Steen, "Wikipedia workload analysis", Computer Networks 53(11), 2009.
"""

from __future__ import annotations

from experiments.traces.records import Draft, seconds, shown, whole

__all__ = ["read_line"]

FIELDS = 4


def read_line(line: bytes, draft: Draft) -> None:
    """Take a request; a URL may hold spaces."""
    counter, _, rest = line.partition(b" ")
    time, _, rest = rest.partition(b" ")
    url, gap, flag = rest.rpartition(b" ")
    if not gap or not url:
        raise ValueError(f"it has fewer than {FIELDS} fields")
    whole(counter, "counter")
    when = seconds(time)
    if flag == b"save":
        draft.others["save"] += 1
        return
    if flag != b"-":
        raise ValueError(f"{shown(flag)} is neither - nor save")
    draft.keys.append(url)
    draft.times.append(when)
