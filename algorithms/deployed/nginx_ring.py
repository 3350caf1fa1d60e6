"""nginx: ``hash KEY consistent``."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Annotated

import numpy as np

from algorithms.deployed.circles import GivenRing, Points, check_total, scaled
from algorithms.deployed.crc_chains import chain_kernel
from algorithms.deployed.named import names_in, usable_of
from algorithms.errors import InvalidParameter
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Publication, Spec, Step, Whole
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.intervals import build_intervals
from algorithms.registry import register
from algorithms.rings.ring import Circle, ring_replicas_kernel

__all__ = ["POINTS", "NginxConsistent"]

POINTS = 160
"""Points of a server of weight 1."""

NGINX = Publication(
    "nginx",
    "misc",
    "{NGINX}",
    "Module ngx_http_upstream_module: server, hash, ip_hash",
    2022,
    {"howpublished": "Documentation of nginx, nginx.org", "note": "Version 1.22"},
)


def text_of(server: str) -> bytes:
    r"""Return what nginx hashes of a server's text: host, a zero byte, port.

    Parameters
    ----------
    server
        As the configuration writes it.

    Returns
    -------
    bytes

    Examples
    --------
    >>> text_of("10.0.0.1:80"), text_of("10.0.0.1"), text_of("unix:/run/a:1")
    (b'10.0.0.1\x0080', b'10.0.0.1\x00', b'/run/a:1\x00')
    """
    text = server.encode()
    if text[:5].lower() == b"unix:":
        return text[5:] + b"\0"
    host, colon, port = text.rpartition(b":")
    digits = all(byte in b"0123456789" for byte in port)
    return host + b"\0" + port if colon and digits else text + b"\0"


@register(
    Spec(
        name="nginx_consistent",
        title="nginx, hash consistent",
        summary="the first of 160 points a server, a chain of CRC-32, at or above the CRC-32 of the key",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.MINIMAL_MOVEMENT,
                Capability.INTERVALS,
                Capability.REPLICAS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: "shares are random: with 160 points a server they spread by about 8 %",
            Capability.ORDER_INDEPENDENT: "of servers whose texts have one CRC-32 the first has all points",
        },
        reference="nginx 1.22, documentation of ngx_http_upstream_module, directive hash",
        year=2014,
        publications=(NGINX,),
        lookup_cost=Cost("O(1)", "O(log nv) in the worst case"),
        resize_cost=Cost("O(nv log nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ring",
        balance_law="ring",
        points="points",
        kind="deployed",
        by_default=False,
        whole_weights=(1, (1 << 31) - 1),
        steps={"probes": Step()},
    )
)
class NginxConsistent(GivenRing):
    """The ring of nginx' ``hash KEY consistent``, bit for bit.

    A server of weight w has 160 w points: each is the CRC-32 of the server's host, a zero byte, its port and
    the point before, the first one after 0. A key goes to the first point at or above its own CRC-32. The
    text is the one that the configuration writes, so ``10.0.0.1`` and ``10.0.0.1:80`` are two servers.

    Parameters
    ----------
    nodes
        Servers as the configuration writes them, in its order, with whole weights.
    points
        Points of a server of weight 1: 160 in nginx.
    down
        Names of servers that are marked ``down`` or fail: their arcs fall to the next points.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; "crc32" is nginx'. Points lie at the same part of
        any hash space. A seed that is not 0 stands before the names of servers: nginx has none.

    Raises
    ------
    InvalidParameter
        For names in ``down`` that no server has, when all are down, and for more than 2^26 points.
    InvalidWeight
        For weights that are not whole.

    Notes
    -----
    **Sources.** nginx' documentation, and placements recorded from nginx 1.22.1, all of which these are.
    Replicas are the servers that a request tries when one fails; of equal points, which are one in nginx,
    all are met.

    **Left out.** A key that is empty, and a single server, go round robin. A name with several addresses has
    the points of one server, and its keys go round robin among the addresses. nginx gives up after 20 points
    of servers that are down, and goes round robin; here the walk goes on, and where all points are of those,
    others have theirs.

    **Costs.** assign as for a ring; an event O(points), all made anew at 10 ns each and sorted; memory 12
    bytes a point and an index.

    **Adverse case.** CRC-32 is linear: a point is the CRC of the server's text times a constant, so two texts
    with one CRC-32 have the same points, of which the first server has all.

    Examples
    --------
    >>> p = NginxConsistent(["127.0.0.1:18001", "127.0.0.1:18002", "127.0.0.1:18003"])
    >>> p.lookup("user:0"), sum(p.arcs().shares().values()) == 2**32
    ('127.0.0.1:18002', True)
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(1, 1 << 16)] = POINTS,
        down: Sequence[str] = (),
        hash: str = "crc32",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = points
        self.down = names_in("down", down)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        check_total(self.points * int(sum(nodes.weights())))

    def _build(self, nodes: Nodes) -> Circle:
        every, usable, points = self._every_point(nodes), usable_of(self.down, nodes), self._points(nodes)
        starts, rows = self._stretches(points)
        owners = points.owners[rows]
        table = build_intervals(starts, owners, self.hash_bits)
        if len(rows) >= len(every.hashes):
            return Circle(table, table.owners, np.zeros(0, dtype=np.int32))
        order = np.argsort(every.hashes, kind="stable")
        order = order[usable[np.searchsorted(nodes.buckets(), every.owners[order])]]
        # points that equal others have no arc, and are met all the same
        heights = every.hashes[order]
        entry = np.searchsorted(heights, points.hashes[rows]).astype(np.int32)
        return Circle(table, every.owners[order], entry)

    def _points(self, nodes: Nodes) -> Points:
        every, usable = self._every_point(nodes), usable_of(self.down, nodes)
        if usable.all():
            return every
        # a server that is down still keeps others from points that equal its own
        rows = np.sort(np.unique(every.hashes, return_index=True)[1])
        up = usable[np.searchsorted(nodes.buckets(), every.owners)]
        rows = rows[up[rows]] if up[rows].any() else np.flatnonzero(up)
        return Points(every.hashes[rows], every.owners[rows], every.numbers[rows])

    def _every_point(self, nodes: Nodes) -> Points:
        """Return the points of all servers, of those that are down too."""
        self._check_size(nodes)
        counts = np.array(nodes.weights()).astype(np.int64) * self.points
        ends = np.cumsum(counts)
        hashes = np.empty(int(ends[-1]), dtype=np.uint64)
        for node, end, count in zip(nodes.values(), ends.tolist(), counts.tolist(), strict=True):
            text = text_of(f"{self.seed}-{node.name}" if self.seed else node.name)
            chain_kernel(np.uint32(zlib.crc32(text)), hashes[end - count : end])
        numbers = np.arange(len(hashes)) - np.repeat(ends - counts, counts)
        return Points(scaled(hashes, 32, self.hash_bits), np.repeat(nodes.buckets(), counts), numbers)

    def _place_replicas(self, structure: Circle, hashes: Hashes, out: Buckets) -> None:
        up = len(self.nodes) - len(set(self.down))
        if out.shape[1] > up:
            raise InvalidParameter(f"{up} servers are up, so a key has no {out.shape[1]}")
        ring_replicas_kernel(structure.intervals.starts, structure.walk, structure.entry, 1, hashes, out)
