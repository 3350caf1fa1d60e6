"""The files of a run, made in memory from its rows, and put into a folder with ``run.json`` last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from experiments import store
from experiments.errors import BadUse
from experiments.experiment import Experiment, Results
from experiments.files import write_atomically, writing
from experiments.parameters import Parameters
from experiments.store import Stored

__all__ = ["Written"]

P = TypeVar("P", bound=Parameters)


class Written(Generic[P]):
    """All files of a run but ``run.json``, in memory; the presentation is made from the stored bytes.

    Parameters
    ----------
    experiment
        Whose run.
    parameters
        Of the run.
    stored
        Its files of rows, by ``rows`` and, if there are any, ``timing``.
    facts
        What is known of the machine, see :func:`experiments.provenance.describe`.

    Attributes
    ----------
    results
        Parameters and frames.
    presentation
        Tables, figures, meaning, failures.
    contents
        The bytes of every file, by its name below the folder.
    timed
        The names of those that a clock had a part in.
    """

    def __init__(
        self,
        experiment: Experiment[P],
        parameters: P,
        stored: Mapping[str, Stored],
        facts: Mapping[str, Any],
    ) -> None:
        self.stored = stored
        frames = {stem: store.decode(file) for stem, file in self.stored.items()}
        self.results = Results(parameters, frames["rows"], frames.get("timing"), facts)
        self.presentation = experiment.present(self.results)
        self.contents = {file.name: file.content for file in self.stored.values()}
        self.timed = {file.name for stem, file in self.stored.items() if stem == "timing"}
        self._render()

    def _render(self) -> None:
        from experiments.report.figures import render, timed_stem

        for table in self.presentation.tables:
            self._add(f"tables/{table.stem}.tex", table.to_latex().encode(), table.timing)
            self._add(f"tables/{table.stem}.md", table.to_markdown().encode(), table.timing)
        for figure in self.presentation.figures:
            stem = timed_stem(figure.name, figure.timing)
            for kind, content in render(figure).items():
                self._add(f"figures/{stem}.{kind}", content, figure.timing)

    def _add(self, name: str, content: bytes, timed: bool) -> None:
        if name in self.contents:
            raise ValueError(f"two tables or figures would both be {name}; name them differently")
        self.contents[name] = content
        if timed:
            self.timed.add(name)

    def put(self, folder: Path, facts: Mapping[str, Any]) -> list[Path]:
        """Write the files, ``run.json`` last, and remove those of an earlier run that are no more."""
        before: Mapping[str, Any] = {}
        with suppress(BadUse):
            before = store.run_facts(folder).get("files", {})
        with writing(folder):
            (folder / store.RUN).unlink(missing_ok=True)
            for name in before.keys() - self.contents.keys():
                (folder / name).unlink(missing_ok=True)
        for name, content in self.contents.items():
            write_atomically(folder / name, content)
        known = {
            **facts,
            "rows": {
                stem: {"file": file.name, "count": file.rows, "columns": dict(file.types)}
                for stem, file in self.stored.items()
            },
            "files": {
                name: None if name in self.timed else hashlib.sha256(content).hexdigest()
                for name, content in self.contents.items()
            },
            "meaning": list(self.presentation.meaning),
            "failures": list(self.presentation.failures),
        }
        written = json.dumps(known, indent=2, ensure_ascii=False) + "\n"
        write_atomically(folder / store.RUN, written.encode())
        return [*(folder / name for name in self.contents), folder / store.RUN]
