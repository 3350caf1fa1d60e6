"""The asv suite: how fast each algorithm is, how much it needs, and numbers that must never change unnoticed.

Algorithms and hash functions come from the registry, all other parameters from fixed sizes, which are a
contract: values may be appended, but none is ever changed or taken away, or the history would compare
different things. asv runs today's suite against older commits, so its modules import one another relatively
(``from .inputs import ...``) and the code under test absolutely (``from algorithms import ...``).

`docs/benchmarks.md` says how to run it and how to read it.
"""

import importlib
import os

if "ASV_ENV_DIR" in os.environ:
    # asv's own environment keeps the machine code of its builds to itself
    os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(os.environ["ASV_ENV_DIR"], "kernels"))  # noqa: PTH118 - a text, for the environment
    # imported once, before asv forks a process for each case, and not by each of them
    importlib.import_module("numba")
