"""A case that is measured in a process of its own: ``python -m experiments.harness.fresh_process``.

Where a process has its memory makes it faster or slower by some percent for as long as it lives, so rounds of
one process agree with each other more than they agree with the truth. What is timed is therefore timed in
several processes, each of which gives one number.

The request comes on the standard input and the answer goes to the standard output, both pickled: the two
ends are the same code of the same user.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from typing import Any

from experiments.harness.engine import Engine
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.journal import plain_rows
from experiments.harness.parameters import Parameters
from experiments.peers import compiled
from experiments.storage import provenance

__all__ = ["measured"]


def measured(package: str, case: Case, parameters: Parameters, threads: int) -> Measured:
    """Measure a case of a room in a fresh interpreter: by ``measured_here`` of the room's ``measure.py``."""
    paths = [str(provenance.root()), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        compiled.FOLDER: str(compiled.folder()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "experiments.harness.fresh_process"],
        input=pickle.dumps((package, case.id, parameters, threads)),
        env=environment,
        capture_output=True,
        check=False,
    )
    try:
        answer: Measured | Exception = pickle.loads(done.stdout)
    except Exception:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"a fresh process could not measure {case.id}: {said[-2000:]}") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(package: str, wanted: str, parameters: Parameters, threads: int) -> Measured:
    room = importlib.import_module(f"{package}.measure")
    (case,) = (case for case in room.cases(parameters) if case.id == wanted)
    with Engine(threads) as engine:
        return plain_rows(room.measured_here(case, parameters, Context(engine)))


def _main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what an algorithm prints, also from machine code, is no answer
    answer: Any
    try:
        answer = _answer(*pickle.load(sys.stdin.buffer))
        written = pickle.dumps(answer)
    except Exception as error:
        written = pickle.dumps(error)
        pickle.loads(written)  # what cannot be read is told by the traceback instead
    answers.write(written)
    answers.close()


if __name__ == "__main__":
    _main()
