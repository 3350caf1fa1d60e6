"""A search that depends on its seed and on nothing else.

Hypothesis also tries the constants that it finds in the source of whatever modules are loaded, so a
search after another experiment, or inside a test, would try other examples than one on its own.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["steady"]

_LOCK = threading.Lock()


@contextmanager
def steady() -> Iterator[None]:
    """Search without the constants of loaded modules; one search at a time.

    Yields
    ------
    None
        Inside, equal seeds give equal examples whatever else the process has imported.
    """
    from hypothesis.errors import HypothesisDeprecationWarning
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    nothing = Constants()
    with _LOCK:
        usual = providers._get_local_constants
        providers.CONSTANTS_CACHE.cache.clear()
        providers._get_local_constants = lambda: nothing
        try:
            with warnings.catch_warnings():
                # what another thread draws, such as a cluster's, is taken for a draw of the strategy
                warnings.filterwarnings("ignore", "Do not use the `random`", HypothesisDeprecationWarning)
                yield
        finally:
            providers._get_local_constants = usual
            providers.CONSTANTS_CACHE.cache.clear()
