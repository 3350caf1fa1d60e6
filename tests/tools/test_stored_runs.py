"""Stored runs that were damaged, altered or planted: refused or measured again, never believed."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import altered
import pytest
from fake_experiment import FAKE, Fake, find
from hypothesis import given
from hypothesis import strategies as st

from algorithms import registry
from experiments import run
from experiments.harness import chapters, committed, runner, selection, verify
from experiments.harness.class_files import UnaskedCode
from experiments.harness.experiment import Measured
from experiments.harness.runner import Silent
from experiments.options.errors import BadUse
from experiments.storage import facts, specs, store

SMOKE = FAKE.profile("smoke")
MINE = """
from algorithms import Publication, Spec, register
from algorithms.interface import Cost
from algorithms.baselines.modulo import Modulo

@register(Spec(name="mine_of_{0}", title="Mine", summary="mine", capabilities=Modulo.spec.capabilities,
    lacks=Modulo.spec.lacks, reference="Doe 2030", year=2030, lookup_cost=Cost("O(1)", "mine"),
    publications=(Publication("doe-{0}", "misc", "Doe, Jane", "On mine", 2030),)))
class Mine(Modulo):
    pass
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a run that nothing has happened to."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if path.name != ".lock"}


@pytest.fixture
def folder(tmp_path: Path, whole: dict[str, bytes]) -> Path:
    """Return a folder with a copy of these files."""
    for name, content in whole.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "run"


READERS: dict[str, Callable[[Path], object]] = {
    "load": store.load,
    "stored_files": store.stored_files,
    "report": lambda folder: chapters.read([folder], find=find),
    "show again": lambda folder: runner.show_again(FAKE, folder),
}


def refused(folder: Path, words: str = "", *, whose: Iterable[str] = READERS) -> None:
    """Check that every reader refuses a folder in a sentence, and that nothing takes it for unchanged."""
    for name in whose:
        read = READERS[name]
        with pytest.raises(BadUse) as caught:
            read(folder)
        assert words in str(caught.value), name
        assert "\n" not in str(caught.value), name
    assert not committed.unchanged(FAKE, SMOKE, folder)


def not_the_same(folder: Path) -> None:
    """Check that `verify` does not call a run the same."""
    try:
        differences = verify.verify(folder, find).differences
    except BadUse:
        return
    assert differences


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = altered.read(folder)
    change(content)
    altered.write(folder, content)


def test_what_was_not_touched_is_read(folder: Path) -> None:
    for read in READERS.values():
        read(folder)
    assert store.load(folder, "timing").shape[0] == 4
    assert verify.verify(folder, find).differences == []


@pytest.mark.parametrize("stem", ["rows", "timing"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"2", b"3", 1),
        lambda content: b"".join(content.splitlines(keepends=True)[:3]),
        lambda content: content + content.splitlines(keepends=True)[-1],
        lambda content: b"",
        lambda content: b"\xff\xfe\x00" + content,
        lambda content: content.replace(b",", b"\0", 1),
        lambda content: content + b"a\n",
        lambda content: gzip.compress(content)[:-9],
    ],
    ids=["altered", "cut", "longer", "empty", "not text", "NUL", "ragged", "gzip"],
)
def test_rows_that_are_not_those_of_the_run_are_refused(
    folder: Path, stem: str, damage: Callable[[bytes], bytes]
) -> None:
    path = folder / f"{stem}.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadUse, match="is not the file that the run has written"):
        store.load(folder, stem)
    whose = READERS if stem == "rows" else READERS.keys() - {"load"}
    refused(folder, "is not the file that the run has written", whose=whose)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xff", b"algorithm\n1,2\n", b'"', b"PAR1", b"n,n\n1,2\n", b"\0", b"1/0\n"],
)
def test_content_that_is_none_is_refused_even_where_its_digest_is_right(folder: Path, content: bytes) -> None:
    (folder / "rows.csv").write_bytes(content)
    altered.restate(folder)
    for read in (store.load, READERS["report"]):
        with pytest.raises(BadUse):
            read(folder)


def test_rows_in_parquet_are_refused_in_a_sentence(folder: Path) -> None:
    """Earlier versions wrote more than 50,000 rows so."""
    known = altered.read(folder)
    entry = {**known["rows"]["rows"], "file": "rows.parquet"}
    files = {**known["files"], "rows.parquet": known["files"]["rows.csv"]}
    (folder / "rows.csv").rename(folder / "rows.parquet")
    del files["rows.csv"]
    altered.restate(folder, rows={**known["rows"], "rows": entry}, files=files)
    refused(folder, "is of an earlier version, which kept many rows in Parquet; run again")


def test_fewer_rows_than_their_count_are_refused_even_where_the_digest_is_right(folder: Path) -> None:
    path = folder / "rows.csv"
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")
    altered.restate(folder)
    with pytest.raises(BadUse, match=r"has 0 rows, but its run\.json says 4"):
        store.load(folder)


@pytest.mark.parametrize("part", sorted({*facts.PARTS, *facts.PARTS_SINCE_2, "format", "digest"}))
@pytest.mark.parametrize("value", ["gone", 3.5, [None], {"rows": [], "a": None}])
def test_a_part_that_is_missing_or_of_another_kind_is_refused(folder: Path, part: str, value: Any) -> None:
    def change(content: dict[str, Any]) -> None:
        content.pop(part)
        if value != "gone":
            content[part] = value

    changed(folder, change)
    refused(folder)
    if part not in ("digest",):
        not_the_same(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["rows"]["rows"].update(file="timing.csv"),
        lambda content: content["rows"]["rows"].update(file="rows.parquet"),
        lambda content: content["rows"]["rows"].update(count=3),
        lambda content: content["rows"]["rows"]["columns"].update(nodes="text"),
        lambda content: content["rows"]["rows"]["columns"].pop("nodes"),
        lambda content: content["rows"].pop("timing"),
        lambda content: content["parameters"].update(keys=11),
        lambda content: content["parameters"].pop("seed"),
        lambda content: content["failures"].append("it fails"),
        lambda content: content["meaning"].append("and more"),
        lambda content: content.update(profile=None),
        lambda content: content.update(format=99),
        lambda content: content.update(commit="0" * 40),
        lambda content: content["files"].pop("tables/shares.md"),
    ],
)
def test_verify_does_not_call_a_run_the_same_whose_facts_were_altered(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    changed(folder, change)
    not_the_same(folder)
    refused(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["rows"]["rows"].update(count=3),
        lambda content: content["rows"]["rows"]["columns"].update(nodes="float"),
        lambda content: content["parameters"].update(keys=11),
        lambda content: content["rows"].pop("timing"),
    ],
)
def test_what_can_be_computed_again_is_compared_whoever_has_written_the_digest(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    changed(folder, change)
    altered.restate(folder)
    assert verify.verify(folder, find).differences


@pytest.mark.parametrize("version", [0, 3, 99, "2", None, 2.0, True])
def test_other_formats_are_refused_by_their_number(folder: Path, version: Any) -> None:
    altered.restate(folder, format=version)
    refused(folder, f"has the format {version!r}, and this version reads those from 1 to 2")


def as_format_1(folder: Path) -> None:
    """Leave a run.json as it was before formats had numbers."""
    known = altered.read(folder)
    for name in ("format", "digest", "timed", "inputs", "algorithms"):
        known.pop(name)
    altered.write(folder, known)


def test_a_run_of_format_1_is_read_and_shown_again_in_format_2(folder: Path, whole: dict[str, bytes]) -> None:
    as_format_1(folder)
    assert len(store.load(folder)) == len(store.load(folder, "timing")) == 4
    assert verify.verify(folder, find).differences == []
    runner.show_again(FAKE, folder)
    known = altered.read(folder)
    assert known["format"] == facts.FORMAT
    assert set(known["algorithms"]) == {"jump", "modulo"}
    assert (folder / "rows.csv").read_bytes() == whole["rows.csv"]
    (folder / "timing.csv").write_bytes(whole["timing.csv"].replace(b"2", b"3", 1))
    refused(folder, "timing.csv is not the file", whose=READERS.keys() - {"load"})


@pytest.mark.parametrize(
    "name",
    ["../precious.txt", "{folder}/../precious.txt", "tables/../../precious.txt", "notes.txt", "tables/",
     "tables/a/b", "tables/..", "", ".", "..", "tables\\..\\x", "rows.csv/x",
     "figures/.hidden", "rows.csv\0"],
)  # fmt: skip
def test_a_run_reads_writes_and_removes_nothing_outside_its_folder(folder: Path, name: str) -> None:
    name = name.replace("{folder}", str(folder))  # the files of a test alone may be lost if it fails
    precious, notes = folder.parent / "precious.txt", folder / "notes.txt"
    for path in (precious, notes):
        path.write_text("mine", encoding="utf-8")
    altered.restate(folder, files={**altered.read(folder)["files"], name: None, "tables/shares.tex": None})
    refused(folder)
    not_the_same(folder)
    parameters = SMOKE.replace({"repetitions": 1})
    with pytest.raises(BadUse):
        runner.run(FAKE, parameters, out=folder)
    results = folder.parent / "results"
    (results / "fake").mkdir(parents=True)
    folder.rename(results / "fake" / "smoke")
    runner.run(FAKE, SMOKE, profile="smoke", results=results)
    assert precious.read_text(encoding="utf-8") == "mine"
    assert (results / "fake" / "smoke" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_of_an_earlier_run_that_somebody_has_changed_is_left(folder: Path) -> None:
    names = ["tables/old.md", "tables/mine.md"]
    for name in names:
        (folder / name).write_text("old", encoding="utf-8")
    altered.restate(folder, files={**altered.read(folder)["files"], **dict.fromkeys(names, "0" * 64)})
    (folder / "tables" / "mine.md").write_text("better", encoding="utf-8")
    runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    assert not (folder / "tables" / "old.md").exists()
    assert (folder / "tables" / "mine.md").read_text(encoding="utf-8") == "better"


def test_rows_behind_a_link_out_of_the_folder_are_refused(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere.csv"
    (folder / "rows.csv").rename(elsewhere)
    (folder / "rows.csv").symlink_to(elsewhere)
    refused(folder, "is not in the run's folder")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 99_999, b'{"a": NaN}', b"\0"])
def test_a_run_json_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "run.json").write_bytes(content)
    refused(folder, "run.json")
    not_the_same(folder)


def test_what_is_no_regular_file_is_never_waited_for(folder: Path) -> None:
    (folder / "rows.csv").unlink()
    os.mkfifo(folder / "rows.csv")
    refused(folder, "rows.csv is no regular file")
    (folder / "run.json").unlink()
    os.mkfifo(folder / "run.json")
    refused(folder, "run.json is no regular file")
    not_the_same(folder)
    with pytest.raises(BadUse, match="no regular file"):
        runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    (folder / "run.json").unlink()
    (folder / "run.json").symlink_to("/dev/zero")
    refused(folder, "run.json is no regular file")
    (folder / "run.json").unlink()
    (folder / "run.json").mkdir()
    refused(folder, "run.json")


@pytest.mark.parametrize("name", [".journal.jsonl", ".lock", ".holder.json", "tables"])
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_run_follows_no_link_and_waits_for_no_pipe_of_its_own_names(
    tmp_path: Path, name: str, kind: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    os.mkfifo(folder / name) if kind == "pipe" else (folder / name).symlink_to(precious)
    with pytest.raises(BadUse, match=r"is no (regular file|folder); remove it"):
        runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    assert precious.read_text(encoding="utf-8") == "mine"


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    with (folder / "run.json").open("r+b") as file:
        file.truncate(1 << 40)
    refused(folder, "is larger than")


def test_verify_goes_on_after_a_run_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder.parent / "a-run"
    other.mkdir()
    (other / "run.json").write_text("{}", encoding="utf-8")
    assert run.main(["verify", "--quiet", str(folder.parent)], find=find) == 2
    assert run.main(["verify", str(folder.parent)], find=find) == 2
    output, errors = capsys.readouterr()
    assert output.count(": the same, ") == 1
    assert errors.count("shardlab: ") == 2


# the journal


class Told(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)


class Stopping(Fake):
    """Is interrupted after some cases."""

    def __init__(self, after: int) -> None:
        self.left = after

    def measure(self, case: Any, parameters: Any, context: Any) -> Measured:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().measure(case, parameters, context)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the journal of a run that was interrupted before its last case."""
    folder = tmp_path_factory.mktemp("interrupted") / "run"
    with pytest.raises(KeyboardInterrupt):
        runner.run(Stopping(3), SMOKE, profile="smoke", out=folder)
    return (folder / ".journal.jsonl").read_bytes()


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Return a way to damage a file: bits, bytes, lines."""
    at, other = draw(st.floats(0, 1, exclude_max=True)), draw(st.floats(0, 1, exclude_max=True))
    kind = draw(st.sampled_from(["bit", "byte", "cut", "drop", "double", "swap", "insert"]))
    value = draw(st.integers(0, 255))

    def damage(content: bytes) -> bytes:
        place = int(at * len(content))
        lines = content.splitlines(keepends=True)
        one, two = int(at * len(lines)), int(other * len(lines))
        if kind == "bit":
            return content[:place] + bytes([content[place] ^ (1 << value % 8)]) + content[place + 1 :]
        if kind == "byte":
            return content[:place] + bytes([value]) + content[place + 1 :]
        if kind == "insert":
            return content[:place] + bytes([value]) + content[place:]
        if kind == "cut":
            return content[:place]
        if kind == "drop":
            return b"".join(lines[:one] + lines[one + 1 :])
        if kind == "double":
            return b"".join([*lines[:one], lines[two], *lines[one:]])
        lines[one], lines[two] = lines[two], lines[one]
        return b"".join(lines)

    return damage


def resumed(content: bytes, folder: Path) -> tuple[bytes, list[str], int]:
    """Return the rows, the notices and the resumed cases of a run that goes on with a journal."""
    folder.mkdir()
    (folder / ".journal.jsonl").write_bytes(content)
    told = Told()
    outcome = runner.run(FAKE, SMOKE, profile="smoke", out=folder, reporter=told)
    return (folder / "rows.csv").read_bytes(), told.notices, outcome.resumed


def test_whatever_happens_to_a_journal_the_rows_are_the_same(
    journal: bytes, whole: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert len(journal.splitlines()) == 4

    @given(st.lists(damages(), min_size=1, max_size=3))
    def check(several: list[Callable[[bytes], bytes]]) -> None:
        content = journal
        for damage in several:
            content = damage(content) if content else content
        rows, _, found = resumed(content, tmp_path_factory.mktemp("damaged") / "run")
        assert rows == whole["rows.csv"]
        assert found <= 3

    check()


def test_every_flipped_bit_of_a_journal_costs_a_case_at_most(journal: bytes, tmp_path: Path) -> None:
    from experiments.harness.journal import Journal

    header = json.loads(journal.partition(b"\n")[0].partition(b" ")[2])
    belongs = {name: value for name, value in header.items() if name != "journal"}
    undamaged = Journal(tmp_path / "whole", belongs)
    (tmp_path / "whole").write_bytes(journal)
    with Journal(tmp_path / "whole", belongs) as read:
        finished = read.finished
    undamaged.close()
    assert len(finished) == 3
    path = tmp_path / "journal"
    for place in random.Random(1).sample(range(8 * len(journal)), 400):
        content = bytearray(journal)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        with Journal(path, belongs) as read:
            assert len(read.finished) >= 1
            assert all(finished[case] == measured for case, measured in read.finished.items())
            assert not read.discarded
        with Journal(path, belongs) as again:
            assert (again.finished, again.damaged) == (read.finished, 0)


def test_a_damaged_line_is_measured_again_and_that_is_said_once(
    journal: bytes, whole: dict[str, bytes], tmp_path: Path
) -> None:
    lines = journal.splitlines(keepends=True)
    lines[2] = lines[2].replace(b"0.", b"1.", 1).replace(b'"load":', b'"laod":')
    assert b"".join(lines) != journal
    rows, notices, found = resumed(b"".join(lines), tmp_path / "run")
    assert (rows, found) == (whole["rows.csv"], 2)
    assert notices == [
        "a line is damaged in the journal of an interrupted run: measured again",
        "resuming: 2 of 4 cases were finished before",
    ]


# inputs and code


class Reading(Fake):
    """Depends on a file."""

    file = Path("keys.txt")

    def inputs(self, parameters: Any) -> list[Path]:
        return [self.file]


def test_verify_says_first_that_an_input_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("keys.txt").write_text("a\n", encoding="utf-8")
    reading = Reading()
    runner.run(reading, SMOKE, profile="smoke", out=Path("run"))
    assert set(altered.read("run")["inputs"]) == {"keys.txt"}
    assert verify.verify(Path("run"), lambda _: reading).differences == []
    Path("run/tables/shares.md").write_text("other", encoding="utf-8")
    Path("keys.txt").write_text("b\n", encoding="utf-8")
    first, second = verify.verify(Path("run"), lambda _: reading).differences
    assert first == "run: the input keys.txt has changed"
    assert "shares.md" in second
    Path("keys.txt").unlink()
    assert verify.verify(Path("run"), find).differences[0] == "run: the input keys.txt has changed"


def test_an_input_that_changes_while_it_is_used_is_told(tmp_path: Path) -> None:
    class Changing(Reading):
        file = tmp_path / "keys.txt"

        def measure(self, case: Any, parameters: Any, context: Any) -> Measured:
            self.file.write_text(case.id, encoding="utf-8")
            return super().measure(case, parameters, context)

    Changing.file.write_text("a\n", encoding="utf-8")
    with pytest.raises(BadUse, match=r"the input .*keys.txt has changed while it was used; run again"):
        runner.run(Changing(), SMOKE, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Store a run of an algorithm from a file; return the name of the algorithm."""
    monkeypatch.chdir(tmp_path)
    number = "".join(letter for letter in tmp_path.name if letter.isalnum())[-20:]
    Path("mine.py").write_text(MINE.replace("{0}", number), encoding="utf-8")
    typed = ["fake", "--profile", "smoke", "--algorithms", "mine.py:Mine,jump", "--out", "results/run"]
    assert run.main([*typed, "--quiet"], find=find) == 0
    yield f"mine_of_{number}"
    registry.unregister(f"mine_of_{number}")


def test_code_that_a_result_names_is_run_only_where_somebody_points_to_it(
    plugged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("results/run")
    assert set(altered.read(folder)["inputs"]) == {"mine.py"}
    with pytest.raises(UnaskedCode, match=r"names code, mine\.py, which is not run unasked"):
        verify.verify(folder, find)
    capsys.readouterr()
    assert run.main(["verify"], find=find) == 2
    assert "give --trust" in capsys.readouterr().err
    for more in (["--trust"], ["results", "mine.py"], ["results", "."]):
        assert run.main(["verify", *more], find=find) == 0, more
        assert "results/run: the same" in capsys.readouterr().out
    Path("mine.py").rename("results/mine.py")
    assert run.main(["verify", "results"], find=find) == 1
    assert "the input mine.py has changed" in capsys.readouterr().out
    Path("results/mine.py").rename("mine.py")


def test_a_report_reads_what_is_known_of_an_algorithm_from_the_run_and_runs_no_code(
    plugged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(path: str, name: str) -> None:
        raise AssertionError(f"{path} was run")

    monkeypatch.setattr(selection, "load_class", load)
    (chapter,) = chapters.read([Path("results/run")], find=find)
    runner.show_again(FAKE, Path("results/run"))
    spec = specs.specs_of([chapter.results.facts])[plugged]
    assert (spec.title, spec.year, spec.reference) == ("Mine", 2030, "Doe 2030")
    assert (spec.lookup_cost.order, spec.lookup_cost.note) == ("O(1)", "mine")
    assert spec.publications[0].author == "Doe, Jane"
    registry.unregister(plugged)  # another process has never heard of it
    for kind, where in (("markdown", "report.md"), ("latex", "algorithms.bib"), ("html", "shardlab.html")):
        typed = ["report", "results/run", "--format", kind, "--out", f"out-{kind}"]
        assert run.main(typed, find=find) == 0
        text = (Path(f"out-{kind}") / where).read_text(encoding="utf-8")
        assert ("Doe 2030" if kind == "html" else "Doe") in text, kind
    methods = Path("out-latex/methods.tex").read_text(encoding="utf-8")
    assert r"\cite{doe-" in methods


def test_results_are_listed_with_what_each_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.main(["list", "results"], find=find) == 2
    assert "there is no folder results" in capsys.readouterr().err
    for flags in (["--profile", "smoke"], ["--nodes", "4,5", "--seed", "7"]):
        assert run.main(["fake", *flags, "--quiet"], find=find) == 0
    with pytest.raises(KeyboardInterrupt):
        runner.run(Stopping(3), SMOKE, profile="smoke", out=Path("results/stopped"))
    for name, content in (("broken", b"{"), ("torn", b"")):
        (tmp_path / "results" / name).mkdir()
        (tmp_path / "results" / name / ("run.json" if content else ".journal.jsonl")).write_bytes(content)
    capsys.readouterr()
    assert run.main(["list", "results"], find=find) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    said = {Path(folder).name.partition("-")[0]: text.strip() for folder, text in lines.items()}
    date = altered.read("results/fake/smoke")["started"][:10]
    assert said["smoke"].startswith(f"fake smoke, 4 rows + 4 timing, {date}, commit ")
    assert said["smoke"].endswith(", complete")
    assert said["custom"].startswith("fake regular with nodes=4,5 seed=7, 8 rows + 8 timing, ")
    assert said["stopped"] == "fake smoke, interrupted after 3 of 4 cases"
    assert said["broken"].startswith("cannot be read: ")
    assert said["torn"] == "interrupted, and its journal is damaged"
    assert run.main(["list", "results", "results/fake"], find=find) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
