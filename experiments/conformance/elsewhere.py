"""What another process is asked: build this partitioner, and say who has these hashes.

This file is run as a program, and imports nothing but the algorithm, so that asking is quick.
"""

from __future__ import annotations

import importlib
import importlib.util
import operator
import os
import pickle
import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ask_elsewhere"]


def ask_elsewhere(question: dict[str, Any]) -> NDArray[np.object_]:
    """Return what :func:`answer` says in another process, where Python hashes strings differently.

    Parameters
    ----------
    question
        ``module``, ``file`` and ``name`` of a class, ``nodes`` in the order of their buckets, ``parameters``,
        and ``hashes``, (k,) uint64. The file serves where the module cannot be imported by its name.

    Returns
    -------
    ndarray
        (k,) object: the name of the node of each hash.

    Raises
    ------
    RuntimeError
        With what the other process printed, when it failed.
    """
    # the path must be there before the question can be unpickled, hence two layers
    done = subprocess.run(
        [sys.executable, "-P", __file__],
        input=pickle.dumps((sys.path, pickle.dumps(question))),
        env={**os.environ, "PYTHONHASHSEED": "4321"},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the other process failed: {done.stderr.decode(errors='replace')}")
    return np.array(pickle.loads(done.stdout), dtype=object)


def answer(question: dict[str, Any]) -> list[str]:
    """Return the name of the node of each hash."""
    cls = operator.attrgetter(question["name"])(_imported(question["module"], question["file"]))
    p = cls(question["nodes"], **question["parameters"])
    return [p.nodes[bucket].name for bucket in p.assign(question["hashes"]).tolist()]


def _imported(name: str, file: str) -> ModuleType:
    if name != "__main__":
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            pass
    spec = importlib.util.spec_from_file_location("shardlab_elsewhere", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    path, pickled = pickle.load(sys.stdin.buffer)
    sys.path[:] = path
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what an algorithm prints, also from machine code, is no answer
        answers.write(pickle.dumps(answer(pickle.loads(pickled))))
