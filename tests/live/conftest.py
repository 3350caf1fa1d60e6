"""A place for the servers of a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from live.place import Place


@pytest.fixture
def place() -> Iterator[Place]:
    """Return a place that ends with the test, and all servers in it."""
    with Place() as place:
        yield place
