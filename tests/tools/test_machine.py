"""Every algorithm lives through events in any order, beside a model that is two plain dicts."""

from __future__ import annotations

import pytest

from algorithms import names
from experiments.conformance import Subject, run_machine, subjects


@pytest.mark.parametrize("subject", [subject for name in names() for subject in subjects(name)], ids=str)
def test_machine(subject: Subject) -> None:
    run_machine(subject)
