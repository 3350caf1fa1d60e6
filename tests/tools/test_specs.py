"""What algorithms say of themselves is stored with each run, and read again as it was."""

from __future__ import annotations

import json

import pytest

from algorithms import names, spec_of
from experiments.storage.specs import plain, spec_from


@pytest.mark.parametrize("name", names())
def test_a_spec_is_stored_as_json_and_read_again(name: str) -> None:
    assert spec_from(json.loads(json.dumps(plain(spec_of(name))))) == spec_of(name)
