"""Stored results, computed again: every deterministic file must have the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from algorithms.errors import ShardlabError
from experiments.harness.class_files import UnaskedCode, code_only_from
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context, Experiment
from experiments.harness.journal import plain_rows
from experiments.harness.parameters import Parameters
from experiments.harness.runner import Reporter, run
from experiments.harness.written import Written
from experiments.options.errors import BadUse, CannotWrite
from experiments.storage import provenance, store
from experiments.storage.facts import RUN, is_intact, path_of, read_facts, read_regular
from experiments.storage.provenance import changed_inputs
from experiments.storage.store import Stored

__all__ = ["Verdict", "difference", "stored_runs", "verify"]

TEXT = {".csv", ".md", ".tex", ".svg"}

NOT_KEPT = {".png"}
"""Suffixes of files that are not committed: the same figures are there as PDF and SVG."""


@dataclass(frozen=True)
class Verdict:
    """What came of one stored run.

    Parameters
    ----------
    folder
        Of the run.
    files
        How many files were compared.
    differences
        A sentence for each file that differs; none if all are the same.
    """

    folder: Path
    files: int
    differences: Sequence[str]


def stored_runs(paths: Sequence[Path]) -> list[Path]:
    """Return the folders of finished runs at or below some paths.

    Examples
    --------
    >>> stored_runs([Path("results/nowhere")])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: results/nowhere holds no finished run (no run.json in or below it); ...
    """
    found: list[Path] = []
    for path in paths:
        below = sorted(file.parent for file in path.rglob(RUN))
        if not below:
            raise BadUse(
                f"{path} holds no finished run (no {RUN} in or below it); "
                "run an experiment first, such as python -m experiments.run scaling"
            )
        found += [folder for folder in below if folder not in found]
    return found


def verify(
    folder: Path,
    find: Callable[[str], Experiment[Any]],
    *,
    cases: int | None = None,
    reporter: Reporter | None = None,
    trusted: Sequence[Path] = (),
) -> Verdict:
    """Run again what a folder holds, elsewhere, and compare."""
    facts = read_facts(folder, altered=True)
    experiment = find(facts["experiment"])
    differences = [
        f"{folder}: the input {name} has changed" for name in changed_inputs(facts.get("inputs", {}))
    ]
    with tempfile.TemporaryDirectory() as temporary, code_only_from(*trusted):
        elsewhere = Path(temporary) / "run"
        try:
            parameters = experiment.Parameters.of_stored(facts["parameters"])
            if cases is None:
                run(experiment, parameters, out=elsewhere, reporter=reporter)
                computed_facts = read_facts(elsewhere)
            else:
                stored = store.stored_files(folder, facts)
                written = Written(experiment, parameters, stored, facts)
                written.put(elsewhere, facts)
                computed_facts = {**facts, **written.described}
                differences += _other_rows(folder, experiment, parameters, stored["rows"], cases)
        except (CannotWrite, UnaskedCode):
            raise
        except (BadUse, ShardlabError) as error:
            return Verdict(folder, 0, [*differences, f"{folder}: cannot be computed again: {error}"])
        profile = facts["profile"]
        if profile is not None and experiment.profile(profile) != parameters:
            differences.append(f"{folder}: the catalogue's [{profile}] has changed since; run it again")
        expected, computed = _decided(facts), _decided(computed_facts)
        for name in sorted(expected | computed):
            stored_bytes = _bytes(folder, name) if name in expected else None
            again = _bytes(elsewhere, name) if name in computed else None
            if stored_bytes is None and Path(name).suffix in NOT_KEPT and name in expected & computed:
                # the checkout does not have it: what the run has written of it is its digest
                if facts["files"][name] != computed_facts["files"][name]:
                    differences.append(f"{folder / name}: its digest differs{_versions(facts)}")
                continue
            where = difference(name, stored_bytes, again)
            if where is not None:
                differences.append(f"{folder / name}: {where}{_versions(facts)}")
    differences += _other_facts(
        experiment.Parameters,
        folder,
        facts,
        computed_facts,
        timed="timing" in facts["rows"] and cases is None,
    )
    if not differences and not is_intact(folder):
        differences.append(f"{folder / RUN}: is not the file that the run has written")
    return Verdict(folder, len(expected | computed), differences)


def _other_facts(
    cls: type[Parameters],
    folder: Path,
    stored: Mapping[str, Any],
    computed: Mapping[str, Any],
    *,
    timed: bool,
) -> Iterator[str]:
    """Yield a sentence for each part of ``run.json`` that is another one, computed again."""
    parameters, given = (cls.migrated(facts["parameters"]) for facts in (computed, stored))
    parts = {
        # a version that knows more parameters gives them their defaults
        "parameters": ({name: parameters.get(name) for name in given}, given),
        "rows": (computed["rows"]["rows"], stored["rows"]["rows"]),
        "files of rows": (sorted(computed["rows"]), sorted(stored["rows"])),
    }
    if not timed:
        parts |= {name: (computed[name], stored[name]) for name in ("meaning", "failures")}
    for name, (again, before) in parts.items():
        if again != before or list(again) != list(before):
            yield f"{folder / RUN}: its {name} {'are' if name.endswith('s') else 'is'} not as computed again"


def _other_rows(
    folder: Path, experiment: Experiment[Any], parameters: Any, stored: Stored, count: int
) -> Iterator[str]:
    """Yield a sentence for each of some cases whose rows are not among the stored ones, in one piece."""
    if not stored.rows:
        return
    every = list(experiment.cases(parameters))
    known = stored.content
    chosen = sorted({len(every) * (2 * i + 1) // (2 * count) for i in range(count)} if every else ())
    with Engine(parameters.threads) as engine:
        for number in chosen:
            case = every[number]
            rows = plain_rows(experiment.measure(case, parameters, Context(engine))).rows
            if b"\n" + store.lines_of(rows, stored.types) not in known:
                yield f"{folder / stored.name}: has not the rows of {case.id} as they are computed now"


def _decided(facts: dict[str, Any]) -> set[str]:
    """Return the names of the files that no clock decides."""
    return {name for name, digest in facts["files"].items() if digest is not None}


def difference(name: str, stored: bytes | None, again: bytes | None) -> str | None:
    r"""Return where two contents of a file first differ.

    Examples
    --------
    >>> print(difference("rows.csv", b"n,share\n1,0.5\n", b"n,share\n1,0.25\n"))
    line 2 is '1,0.5', computed again '1,0.25'
    """
    if stored == again:
        return None
    if stored is None:
        return "is computed now, but not stored"
    if again is None:
        return "is stored, but no longer computed"
    if Path(name).suffix in TEXT:
        old, new = (content.decode("utf-8", "replace").split("\n") for content in (stored, again))
        at = _first_difference(old, new)
        old_line, new_line = (_shorten(lines[at]) if at < len(lines) else "no more" for lines in (old, new))
        return f"line {at + 1} is {old_line}, computed again {new_line}"
    return f"byte {_first_difference(stored, again) + 1} differs"


def _first_difference(old: Sequence[object], new: Sequence[object]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _shorten(line: str) -> str:
    return repr(line if len(line) <= 120 else line[:117] + "...")


def _bytes(folder: Path, name: str) -> bytes | None:
    """Return the content of a file; None if it is not there, or not a file."""
    try:
        return read_regular(path_of(folder, name))
    except (OSError, BadUse):
        return None


def _versions(facts: dict[str, Any]) -> str:
    here = provenance.versions()
    other = [
        f"{name} {version} then, {here[name]} now"
        for name, version in facts["versions"].items()
        if name in here and here[name] != version
    ]
    return f" ({'; '.join(other)})" if other else ""
