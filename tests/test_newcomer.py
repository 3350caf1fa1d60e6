"""A member of few nodes passes the tests of all members as it stands, without a list that knows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
LATER = ["test_golden.py::test_placements_are_the_golden_ones[limited]"]
"""What asks for a file that is written for a new member: see test_limited_member.py."""


def test_a_member_of_few_nodes_passes_what_is_asked_of_all_members() -> None:
    """`-p limited` imports tests/limited.py, and so registers it, before the tests ask who is there."""
    where = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    asked = ["algorithms", "tools/test_conformance.py", "rooms/test_memory.py"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "limited"),
            *("-k", "[limited"),
            *(str(TESTS / path) for path in asked),
            *(f"--deselect=tests/algorithms/{name}" for name in LATER),
        ],
        cwd=TESTS.parent,
        env=where,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 80
