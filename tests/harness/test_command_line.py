"""The command line, end to end: what it prints, where, with which exit code, and bad use in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_experiment import FAKE, find
from rich.cells import cell_len
from test_columns import missing

from experiments import run
from experiments.harness.experiment import find as find_real
from experiments.harness.experiment import names
from experiments.storage import store

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = [*names(), FAKE.name]


def launch(*typed: str, folder: Path, script: Path | None = None, **options: Any) -> Any:
    """Run the real command in another process and folder."""
    program = ["-m", "experiments.run"] if script is None else [str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **options.pop("environment", {})}
    return subprocess.run(
        [sys.executable, *program, *typed],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def either(name: str) -> Any:
    return FAKE if name == FAKE.name else find_real(name)


def refused(typed: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one sentence with which bad use is refused, and see that nothing else happens."""
    assert run.main(typed, find=either if typed and typed[0] in EXPERIMENTS else None) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("shardlab: ")
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert list(Path().iterdir()) == []
    return errors.removeprefix("shardlab: ").rstrip("\n")


def test_the_table_its_meaning_and_where_it_is_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke"], find=find) == 0
    output, errors = capsys.readouterr()
    assert errors == ""
    assert "Share of the first node" in output
    assert "The first of n nodes has a share of about 1/n." in output
    assert "--details has 1 more table: Seconds" in output
    assert output.endswith("Written to results/fake/smoke/\n")
    assert len(output.splitlines()) <= 30


def test_details_are_all_tables_their_meaning_and_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--details"], find=find) == 0
    output, errors = capsys.readouterr()
    assert errors == ""
    assert "Share of the first node" in output
    assert "The first of n nodes has a share of about 1/n." in output
    assert "Written to results/fake/smoke/" in output
    for path in Path("results/fake/smoke").rglob("[!.]*"):
        assert path.name in output
    assert "/".join(Path("results/fake/smoke").parts) in output


def test_quiet_prints_the_tables_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--quiet"], find=find) == 0
    output, errors = capsys.readouterr()
    assert "Share of the first node" in output
    assert "Written" not in output
    assert "The first of" not in output
    assert errors == ""


def test_json_is_an_array_of_rows_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--format", "json"], find=find) == 0
    rows = json.loads(capsys.readouterr().out)
    stored = store.load("results/fake/smoke")
    assert [row["file"] for row in rows] == ["rows"] * len(stored) + ["timing"] * len(stored)
    assert [row["seed"] for row in rows[: len(stored)]] == list(stored["seed"])
    assert {row["expected"] for row in rows[: len(stored)]} == {"1/2"}


def test_a_refuted_claim_exits_1_and_says_which_even_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--refuted", "true", "--quiet"], find=find) == 1
    assert capsys.readouterr().err == "shardlab: failed: the first node has too much\n"


def test_flags_change_the_parameters_and_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    typed = "fake --profile smoke --nodes 2,3 --nodes 4 --keys 2e1 --event remove --set jump.hash=crc32"
    assert run.main(typed.split(), find=find) == 0
    (folder,) = Path("results/fake").iterdir()
    facts = store.run_facts(folder)
    assert folder.name.startswith("custom-")
    assert facts["profile"] is None
    assert facts["command"] == ["python", "-m", "experiments.run", *typed.split()]
    assert facts["parameters"]["nodes"] == [2, 3, 4]
    assert facts["parameters"]["keys"] == 20
    assert facts["parameters"]["set"] == ["jump.hash=crc32"]
    assert facts["parameters"]["event"] == ["remove"]


def test_out_is_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--out", "here/it is"], find=find) == 0
    assert len(store.load("here/it is")) == 4
    assert [path.name for path in Path().iterdir()] == ["here"]


MINE = """
from algorithms import Capability, Partitioner, Spec
from algorithms.registry import register

@register(Spec(name="always_first", title="First", summary="all keys to the first node",
               capabilities={Capability.REMOVES_ANY}))
class AlwaysFirst(Partitioner[int]):
    def _build(self, nodes):
        return int(nodes.buckets()[0])

    def _place(self, structure, hashes, out):
        out[:] = structure

class NotRegistered:
    pass
"""


def test_an_algorithm_from_a_file_is_run_under_its_name_and_without_its_path() -> None:
    Path("mine.py").write_text(MINE, encoding="utf-8")
    script = Path(__file__).parents[1] / "fake_experiment.py"
    typed = ["fake", "--profile", "smoke", "--algorithms", "jump,mine.py:AlwaysFirst", "--out", "out"]
    done = launch(*typed, folder=Path.cwd(), script=script)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(store.load("out")["algorithm"]) == {"jump", "always_first"}


@pytest.mark.parametrize(
    ("content", "selection", "said"),
    [
        (None, "mine.py:Mine", "there is no file mine.py"),
        (MINE, "mine.py", "names no class; give FILE.py:Class"),
        (MINE, "mine.py:Other", "mine.py has no class 'Other'; it has AlwaysFirst"),
        (MINE, "mine.py:NotRegistered", "is no class with @register(Spec(...)) above it; it has AlwaysFirst"),
        ("x = 1", "mine.py:Mine", "mine.py has no class 'Mine'; it registers none"),
        ("\n1 / 0", "mine.py:Mine", "cannot be imported: ZeroDivisionError: division by zero (line 2)"),
        ("class", "mine.py:Mine", "cannot be imported: SyntaxError: invalid syntax (line 1)"),
        ("import nowhere_to_be_found", "mine.py:M", "ModuleNotFoundError: No module named 'nowhere_to_be"),
        (
            MINE.replace("always_first", "jump"),
            "mine.py:AlwaysFirst",
            "'jump' is taken by algorithms.jumps.jump.Jump",
        ),
    ],
)
def test_a_file_without_an_algorithm_is_refused(content: str | None, selection: str, said: str) -> None:
    if content is not None:
        Path("mine.py").write_text(content, encoding="utf-8")
    script = Path(__file__).parents[1] / "fake_experiment.py"
    done = launch("fake", "--algorithms", selection, folder=Path.cwd(), script=script)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "say what to run: python -m experiments.run NAME"),
        ("--profile smoke", "'--profile' comes before the experiment"),
        ("tea", "there is no experiment 'tea'; give one of "),
        ("lisst", "did you mean 'list'?"),
        (
            "list tea",
            "list takes one of experiments, algorithms, balancers, parameters, hashes, workloads, events, "
            "results, not",
        ),
        ("list algorithm", "did you mean 'algorithms'?"),
        ("list algorithms hashes", "not 'algorithms hashes'"),
        ("verify", "results holds no finished run (no run.json in or below it)"),
        ("verify nowhere", "nowhere holds no finished run"),
        ("verify --fast", "--fast"),
    ],
)
def test_bad_commands_are_refused(typed: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused(typed.split(), capsys)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--profile huge", "--profile: 'huge' is unknown; give one of smoke, regular, full"),
        ("--teapot 3", "takes no --teapot; its flags are --help, --profile, "),
        ("--profil smoke", "did you mean '--profile'?"),
        ("tea", "takes flags alone, not 'tea'"),
        ("--format xml", "--format: 'xml' is unknown; give table or json"),
        ("--threads 0", "--threads: '0' is below 1"),
        ("--threads", "--threads: expected one argument"),
        ("--out=", "--out: the name of the folder is empty"),
        ("--seed -1", "--seed: '-1' is below 0"),
        ("--seed 1 --seed 2", "--seed is given twice; give it once"),
        ("--out a --out=a", "--out is given twice; give it once"),
    ],
)
def test_bad_flags_of_every_experiment_are_refused(
    experiment: str, typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused([experiment, *typed.split()], capsys)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("nodes", "0", "--nodes: '0' is below 1"),
        ("nodes", "2,,3", "--nodes: "),
        ("nodes", "x", "--nodes: 'x' is not a whole number"),
        ("keys", "-5", "--keys: '-5' is below 1"),
        ("keys", "1.5", "--keys: '1.5' is not a whole number"),
        ("repetitions", "0", "--repetitions: '0' is below 1"),
        ("workload", "", "--workload: "),
        ("algorithms", "rung", "--algorithms: no algorithm is named 'rung'"),
        ("algorithms", "rung", "; one of a file of yours is FILE.py:Class"),
        ("algorithms", "jump,jump", "--algorithms: 'jump' is given twice"),
        ("algorithms", "jump:pionts=4", "--algorithms: 'jump:pionts=4': jump has no parameter 'pionts'"),
        ("set", "jump", "--set: 'jump' is not understood; give NAME.PARAM=VALUE"),
        ("set", "rung.points=4", "--set: 'rung' is not among the algorithms of this run"),
        ("set", "jump.pionts=4", "--set: jump has no parameter 'pionts'"),
        ("set", "jump.seed=4", "the seed is the same for all algorithms; give --seed S"),
        ("set", "jump.hash_bits=many", "--set: jump.hash_bits: 'many' is not a whole number"),
    ],
)
def test_bad_values_are_refused_and_so_is_a_flag_without_meaning(
    experiment: str, field: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = [experiment, "--algorithms", "jump", f"--{field}", value]
    without = either(experiment).Parameters.without
    if "algorithms" in without:
        typed = [experiment, f"--{field}", value]
    if field == "algorithms":
        typed = [experiment, "--algorithms", value]
    sentence = refused(typed, capsys)
    if field in without:
        assert sentence.startswith(f"{experiment} takes no --{field}: {without[field]}; its flags are ")
    else:
        assert said in sentence


def test_a_flag_without_meaning_is_refused_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(["fake", "--workload", "uniform"], capsys).startswith(
        "fake takes no --workload: it counts its keys; its flags are --help, --profile, --algorithms, --nodes"
    )


def test_a_folder_that_cannot_be_written_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("", encoding="utf-8")
    assert run.main(["fake", "--profile", "smoke", "--out", "file"], find=find) == 2
    assert capsys.readouterr().err.startswith("shardlab: cannot write file: ")


@pytest.mark.parametrize("experiment", names())
def test_every_experiment_runs_at_the_profile_smoke_and_is_verified(experiment: str, tmp_path: Path) -> None:
    done = launch(experiment, "--profile", "smoke", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    folder = tmp_path / "results" / experiment / "smoke"
    lines = done.stdout.splitlines()
    assert len(lines) <= 30, "the first screen"
    assert max(map(cell_len, lines)) <= 100
    assert lines[-1] == f"Written to results/{experiment}/smoke/"
    facts = store.run_facts(folder)
    for name in [*facts["files"], "run.json"]:
        assert (folder / name).stat().st_size > 0
    assert missing(folder) == [], "describe them in docs/columns.md"
    for stem in facts["rows"]:
        frame = store.load(folder, stem)
        frame.to_parquet(tmp_path / "frame.parquet")
        assert pd.read_parquet(tmp_path / "frame.parquet").equals(frame)
    again = launch("verify", folder=tmp_path)
    assert again.returncode == 0, again.stdout
    assert f"results/{experiment}/smoke: the same, " in again.stdout


def test_verify_exits_1_and_names_the_file_and_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--quiet"], find=find) == 0
    rows = Path("results/fake/smoke/rows.csv")
    rows.write_text(rows.read_text(encoding="utf-8").replace("true", "false", 1), encoding="utf-8")
    capsys.readouterr()
    assert run.main(["verify", "--quiet"], find=find) == 1
    output, errors = capsys.readouterr()
    assert output.startswith("results/fake/smoke/rows.csv: line ")
    assert (output.count("\n"), errors) == (1, "")


@pytest.mark.parametrize("what", ["experiments", "algorithms", "parameters", "hashes", "workloads", "events"])
def test_lists_have_a_line_each(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["list", what]) == 0
    lines = capsys.readouterr().out.splitlines()
    if what == "algorithms":  # by family
        assert {line.strip(" :") for line in lines if line.strip().endswith(":")} >= {
            "rings",
            "jumps",
            "baselines",
        }
        lines = [line for line in lines if not line.strip().endswith(":")]
    assert len(lines) == len({line.split()[0] for line in lines}) >= 1
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)
    if what == "experiments":
        assert [line.split()[0] for line in lines] == [*names(), *run.COMMANDS]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_help_shows_every_flag(experiment: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run.main([experiment, "--help"], find=either)
    assert stopped.value.code == 0
    output = capsys.readouterr().out
    for name in either(experiment).profile("smoke").canonical():
        assert f"--{name.replace('_', '-')} " in output


def imported(typed: str) -> set[str]:
    """Return the modules that a command has imported when it ends."""
    code = f"""
        import sys, contextlib, io
        from experiments import run
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            run.main({typed.split()!r})
        print(*sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


HEAVY = {"pandas", "scipy", "numba", "matplotlib", "pyarrow", "rich", "hypothesis"}


def test_help_imports_the_standard_library_alone() -> None:
    assert imported("--help") & {*HEAVY, "numpy", "algorithms", "filelock", "xxhash", "mmh3"} == set()


@pytest.mark.parametrize(
    "typed", ["list", "list algorithms", *(f"{name} --help" for name in (*names(), *run.COMMANDS))]
)
def test_lists_and_the_help_of_experiments_import_nothing_heavy(typed: str) -> None:
    assert imported(typed) & HEAVY == set()


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "experiments.run", "list", "algorithms"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
