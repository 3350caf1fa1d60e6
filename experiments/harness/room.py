"""A room: an experiment that lives in a folder, each of its parts imported when it is needed.

The folder ``experiments/NAME/`` has ``profiles.toml`` (title and section of its chapter, and the profiles),
``parameters.py`` (one class), ``measure.py`` (``cases`` and ``measure``, perhaps ``inputs``), ``summary.py``
(``summary``: every number that is stated, computed once) and ``show.py`` (``present``: tables, charts and
meaning). Its ``__init__.py`` is::

    EXPERIMENT = Room(__name__)

``--help`` imports the parameters alone.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.harness import catalogue
from experiments.harness.experiment import Case, Context, Experiment, Measured
from experiments.harness.parameters import Parameters
from experiments.harness.sources import deciding
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Summary

__all__ = ["Room"]


class Room(Experiment[Any]):
    """An experiment whose parts are the modules of a package.

    Parameters
    ----------
    package
        Its full name: ``__name__`` of the package's ``__init__.py``.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.name = package.rpartition(".")[2]  # type: ignore[misc]  # of an instance here, of a class elsewhere
        file = importlib.import_module(package).__file__
        assert file is not None, f"{package} is a folder with an __init__.py"
        self.folder = Path(file).parent

    @property
    def catalogue(self) -> Path:
        """The file that holds the profiles."""
        return self.folder / catalogue.FILE

    @cached_property
    def title(self) -> str:  # type: ignore[override]  # of a class that writes it down, it is an attribute
        """One line for the list."""
        return catalogue.title(self.catalogue)

    @cached_property
    def section(self) -> int:  # type: ignore[override]
        """Where its chapter stands in a report."""
        return catalogue.section(self.catalogue)

    @cached_property
    def rows_of(self) -> str:
        """The package whose rows it shows: its own, or the one that its profiles name."""
        other = catalogue.rows_of(self.catalogue)
        return self.package if other is None else f"{self.package.rpartition('.')[0]}.{other}"

    @cached_property
    def Parameters(self) -> type[Parameters]:  # type: ignore[override]  # noqa: N802
        """The class of its parameters: the only one that ``parameters.py`` defines."""
        module = importlib.import_module(f"{self.rows_of}.parameters")
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Parameters)
            and value.__module__ == module.__name__
        ]
        if len(classes) != 1:
            names = ", ".join(sorted(cls.__name__ for cls in classes)) or "none"
            raise TypeError(f"{module.__name__} has {names}: give one class that derives from Parameters")
        return classes[0]

    def inputs(self, parameters: Any) -> Sequence[Path]:
        """Return the files, outside the project, that the results depend on."""
        own: Callable[[Any], Sequence[Path]] | None = getattr(self._measure, "inputs", None)
        return super().inputs(parameters) if own is None else own(parameters)

    def sources(self) -> Sequence[Path]:
        """Return the files on which the rows depend: nothing of what only shows them."""
        package = importlib.import_module(self.rows_of)
        assert package.__file__ is not None
        return deciding(Path(package.__file__).parent)

    def cases(self, parameters: Any) -> Sequence[Case]:
        """Return the cases, in the order of their rows."""
        cases: Sequence[Case] = self._measure.cases(parameters)
        return cases

    def measure(self, case: Case, parameters: Any, context: Context) -> Measured:
        """Measure one case."""
        measured: Measured = self._measure.measure(case, parameters, context)
        return measured

    def present(self, results: Results[Any]) -> Presentation:
        """Return tables, figures and their meaning."""
        presentation: Presentation = importlib.import_module(f"{self.package}.show").present(results)
        return presentation

    def summary(self, results: Results[Any]) -> Summary:
        """Return every number that it states: of ``summary.py``, or of what it shows where there is none."""
        name = f"{self.package}.summary"
        if importlib.util.find_spec(name) is None:
            return super().summary(results)
        summary: Summary = importlib.import_module(name).summary(results)
        return summary

    @property
    def _measure(self) -> ModuleType:
        return importlib.import_module(f"{self.rows_of}.measure")
