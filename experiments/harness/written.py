"""The files of a run, made in memory from its rows, and put into a folder with ``run.json`` last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from algorithms import registry
from experiments.harness.experiment import Experiment
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from experiments.storage import specs, store
from experiments.storage.facts import FORMAT, RUN, is_plain, read_facts, read_regular, sealed
from experiments.storage.files import staged, writing
from experiments.storage.store import Stored

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
        What is known of the machine, see :func:`experiments.storage.provenance.describe`.

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
        from experiments.harness.presented import presented

        self.stored = stored
        frames = {stem: store.decode(file) for stem, file in self.stored.items()}
        self.results = Results(parameters, frames["rows"], frames.get("timing"), facts)
        self.presentation = presented(experiment, self.results)
        self.contents = {file.name: file.content for file in self.stored.values()}
        self.timed = {file.name for stem, file in self.stored.items() if stem == "timing"}
        self._render()

    def _render(self) -> None:
        from experiments.report.figures.elsewhere import Drawing
        from experiments.report.names import timed_stem
        from experiments.report.tables import latex, markdown

        figures = self.presentation.drawn()
        drawing = Drawing(figures)
        for table in self.presentation.tables:
            self._add(f"tables/{table.stem}.tex", latex.write(table).encode(), table.timing)
            self._add(f"tables/{table.stem}.md", markdown.write(table).encode(), table.timing)
        for figure, files in zip(figures, drawing.files(), strict=True):
            stem = timed_stem(figure.name, figure.timing)
            for kind, content in files.items():
                self._add(f"figures/{stem}.{kind}", content, figure.timing)

    def _add(self, name: str, content: bytes, timed: bool) -> None:
        if not is_plain(name):
            raise ValueError(f"{name!r} is no name of a file of a run; name the table or figure differently")
        if name in self.contents:
            raise ValueError(f"two tables or figures would both be {name}; name them differently")
        self.contents[name] = content
        if timed:
            self.timed.add(name)

    @property
    def described(self) -> dict[str, Any]:
        """What ``run.json`` says of the files and of what they show."""
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.contents.items()}
        return {
            "rows": {
                stem: {"file": file.name, "count": file.rows, "columns": dict(file.types)}
                for stem, file in self.stored.items()
            },
            "files": {name: None if name in self.timed else digest for name, digest in digests.items()},
            "timed": {name: digest for name, digest in digests.items() if name in self.timed},
            "algorithms": self._algorithms(),
            "meaning": list(self.presentation.meaning),
            "failures": list(self.presentation.failures),
        }

    def _algorithms(self) -> dict[str, Any]:
        """Return what is known of the algorithms of the rows: what was stored, or what they say now."""
        frames = [frame for frame in (self.results.rows, self.results.timing) if frame is not None]
        columns = [frame["algorithm"].dropna() for frame in frames if "algorithm" in frame.columns]
        stored = self.results.facts.get("algorithms", {})
        registered = registry.names()
        return {
            name: stored[name] if name in stored else specs.plain(registry.spec_of(name))
            for name in sorted({str(name) for column in columns for name in column})
            if name in stored or name in registered
        }

    def put(self, folder: Path, facts: Mapping[str, Any]) -> list[Path]:
        """Write the files, ``run.json`` last, and remove those of an earlier run that are no more.

        All are written beside those that are there before the first of these is touched.
        """
        earlier: Mapping[str, Any] = {}
        with suppress(BadUse):
            earlier = read_facts(folder)
        known = sealed({"format": FORMAT, **facts, **self.described})
        written = json.dumps(known, indent=2, ensure_ascii=False) + "\n"
        if any("\ud800" <= letter <= "\udfff" for letter in written):
            written = json.dumps(known, indent=2) + "\n"  # names of files need not be text
        contents = {folder / name: content for name, content in self.contents.items()}
        contents[folder / RUN] = written.encode()
        with staged(contents) as place:
            with writing(folder):
                (folder / RUN).unlink(missing_ok=True)
                for name in earlier.get("files", {}).keys() - self.contents.keys():
                    _remove(folder, name, earlier)
            place()
        return list(contents)


def _remove(folder: Path, name: str, facts: Mapping[str, Any]) -> None:
    """Remove a file of an earlier run, unless it is not what that run has written."""
    digest = facts["files"][name] or facts.get("timed", {}).get(name)
    path = folder / name
    with suppress(BadUse, FileNotFoundError, NotADirectoryError):
        if digest is None or hashlib.sha256(read_regular(path)).hexdigest() == digest:
            path.unlink(missing_ok=True)
