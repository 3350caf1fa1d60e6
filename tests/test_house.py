"""The house: imports go one way, no room imports a room, and no circle of files or folders is left.

Every import counts, those inside functions and under ``TYPE_CHECKING`` too. The rule in one line:
``algorithms <- tools <- report <- harness <- rooms <- commands <- run <- paper``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from experiments.commands import COMMANDS
from experiments.harness import catalogue

ROOT = Path(catalogue.FOLDER).parent
PACKAGES = ("algorithms", "experiments", "paper")
ROOMS = frozenset(catalogue.names())
BENCHMARKS = "benchmarks"  # the asv suite stands beside the rooms
FLOORS = ("algorithms", "tools", "report", "harness", "rooms", "commands", "run", "paper")
FORBIDDEN = {
    "algorithms": ("pandas", "scipy", "matplotlib", "pyarrow.parquet", "time", "experiments", "paper"),
}
BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


@cache
def modules() -> Mapping[str, Path]:
    """Return the files of the packages, by the names of their modules."""
    named = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


def imported(module: str) -> Iterator[str]:
    """Yield what a module imports, anywhere in it, relative imports resolved."""
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def arrows() -> Mapping[str, frozenset[str]]:
    """Return the modules of this project that each of its modules imports."""
    known = modules()
    found = {}
    for module in known:
        ends = set()
        for name in imported(module):
            while name and name not in known:
                name = name.rpartition(".")[0]
            ends.add(name)
        found[module] = frozenset(ends - {module, ""})
    return found


def floor(module: str) -> str:
    """Return the floor of a module."""
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    if package != "experiments":
        return package
    if room in ROOMS or room == BENCHMARKS:
        return "rooms"
    return room if room in FLOORS else "tools"


def room_of(module: str) -> str:
    """Return the folder of a module, or the module itself where its folder has folders in it."""
    folder = modules()[module].parent
    return module if any(folder.glob("*/__init__.py")) else folder.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_down_and_no_room_imports_a_room(module: str) -> None:
    for other in arrows()[module]:
        here, there = floor(module), floor(other)
        assert FLOORS.index(there) <= FLOORS.index(here), f"{module} ({here}) imports {other} ({there})"
        if here == there == "rooms":
            assert module.split(".")[1] == other.split(".")[1], f"{module} imports the room of {other}"


@pytest.mark.parametrize("module", [name for name in sorted(modules()) if name.startswith("algorithms")])
def test_algorithms_import_no_tables_files_clocks_or_plots(module: str) -> None:
    names = set(imported(module))
    for forbidden in FORBIDDEN["algorithms"]:
        wrong = [name for name in names if name == forbidden or name.startswith(f"{forbidden}.")]
        assert not wrong, f"{module} imports {wrong[0]}"


def test_no_circle_of_files_is_left() -> None:
    try:
        list(TopologicalSorter(arrows()).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_no_circle_of_folders_is_left() -> None:
    rooms: dict[str, set[str]] = {}
    for module, others in arrows().items():
        ends = {room_of(other) for other in others}
        rooms.setdefault(room_of(module), set()).update(ends - {room_of(module)})
    try:
        list(TopologicalSorter(rooms).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_a_room_has_the_names_that_all_rooms_have(name: str) -> None:
    folder = catalogue.FOLDER / name
    parts = {path.stem for path in folder.glob("*.py")}
    own = {"parameters", "measure"} if catalogue.rows_of(folder / catalogue.FILE) is None else set()
    assert {"__init__", "show", "summary"} | own <= parts


def test_show_never_imports_measure() -> None:
    for name in ROOMS:
        assert f"experiments.{name}.measure" not in arrows()[f"experiments.{name}.show"], name


COMPUTING = ("experiments.inference", "experiments.measures", "experiments.theory", "scipy")
WORDS = ("experiments.inference.levels", "experiments.inference.verdict")
AVERAGES = frozenset({"mean", "median", "std", "var", "quantile", "percentile", "cumsum", "cumprod"})


def reached(starts: Sequence[str], place: str, beside: frozenset[str] = frozenset()) -> list[str]:
    """Return modules of one place, and all of that place that they import, but for some."""
    found = [start for start in starts if start in modules()]
    for module in found:
        found += sorted(
            other
            for other in arrows()[module]
            if other.startswith(place) and other not in beside and other not in found
        )
    return found


def computed(module: str) -> Iterator[str]:
    """Yield what a module imports and calls that computes a statistic."""
    for name in imported(module):
        words = any(name == word or name.startswith(f"{word}.") for word in WORDS)
        if not words and any(name == other or name.startswith(f"{other}.") for other in COMPUTING):
            yield f"imports {name}"
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in AVERAGES:
            yield f"calls .{node.func.attr}()"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_what_shows_numbers_computes_none(room: str) -> None:
    place = f"experiments.{room}."
    made_of = frozenset(reached([f"{place}summary"], place))
    for module in reached([f"{place}show"], place, made_of):
        found = list(computed(module))
        assert not found, f"{module} {found[0]}; compute it in {room}/summary.py"


@pytest.mark.parametrize("module", [name for name in sorted(modules()) if name.startswith("paper")])
def test_the_paper_computes_no_number_and_reads_no_row(module: str) -> None:
    found = list(computed(module))
    assert not found, f"{module} {found[0]}; let a room's summary state it"
    read = {
        node.attr
        for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert not read & {"rows", "timing"}, f"{module} reads rows; a room's summary is made of them"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_one_file_with_one_function(command: str) -> None:
    module = f"experiments.commands.{COMMANDS[command].module}"
    (made,) = (
        node for node in ast.parse(modules()[module].read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "command"
    )  # fmt: skip
    assert ast.unparse(made.returns or made) == "Output"


def test_the_command_line_alone_prints() -> None:
    printers = {f"experiments.options.streams.{name}" for name in ("say", "complain")}
    printing = {module for module in modules() if printers & set(imported(module))}
    assert printing == {"experiments.run", "experiments.options.flags"}  # the latter prints --help


def test_no_module_is_named_after_a_builtin() -> None:
    assert not [module for module in modules() if module.rpartition(".")[2] in BUILTINS]
