"""Small runs of all experiments that have charts, for the tests of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.chart import Chart
from experiments.report.document.chapter import Chapter

if TYPE_CHECKING:
    pass

SMALL = {
    "scaling": "--nodes 4 --keys 2000 --repetitions 2 --event add:1,remove:last,weight:2",
    "balance": "--profile smoke --keys 2000 --repetitions 2 --workload uniform",
    "properties": "--property ordered,growth_onto_new_only,arcs_tile_the_space --effort 1",
    "claims": "--keys 2000 --repetitions 5 --claim folklore",
    "throughput": "--nodes 4,16 --keys 2000 --rounds 2 --mode batch,single --milliseconds 1",
    "resize": "--nodes 4,16 --rounds 2",
    "memory": "--nodes 4,16",
    "sequence": "--nodes 4 --keys 2000 --repetitions 2",
    "hashes": "--nodes 4 --keys 2000 --repetitions 2 --hash xxh64,identity",
    "advise": "--nodes 4,9 --remove able --keys 2000 --rounds 2",
    "laws": "--nodes 4 --keys 500 --draws 5",
    "servers": "--nodes 5,9 --keys 500 --repetitions 2 --system nginx-hash,haproxy-consistent",
    "cost": "--nodes 4,16 --start 10 --removed 0.5,0.8 --keys 500 --repetitions 2",
}
UNLIKE = ("claims", "servers")
"""Experiments that are not about algorithms."""

FEW = ["--algorithms", "ring,jump,key_range,modulo"]
"""Experiments that have charts, and flags that keep their runs small."""


def charts_of(chapter: Chapter) -> list[Chart]:
    """Return the charts of a chapter that have anything to see."""
    return [chart for chart in chapter.presentation.charts if not chart.is_empty]
