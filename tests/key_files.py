"""Files of keys, for the tests: how they are written, read and refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.options.errors import BadUse
from experiments.workloads import parse

Write = Callable[[str, bytes], Path]


def keys_of(text: str) -> list[bytes] | list[int]:
    workload = parse(text)
    return workload.chunk(0, 0).tolist()


def refusal_of(text: str) -> str:
    with pytest.raises(BadUse) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)
