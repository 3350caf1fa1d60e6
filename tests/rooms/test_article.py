"""The article, number by number: what is published, what is ours, and what the verdict rests on."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from experiments import run
from experiments.article import EXPERIMENT, measure, verdicts
from experiments.article.errata import ERRATA, OUT_OF_SCOPE
from experiments.article.parameters import ArticleParameters
from experiments.article.part import Answer, Part
from experiments.article.parts import PARTS
from experiments.article.published import FILE, Published, published
from experiments.article.sheets.published import sheets
from experiments.article.shown.published import failures
from experiments.article.verdicts import PublishedNumbers, judge
from experiments.harness import runner
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.inference.verdict import OF_ARTICLE
from experiments.report.summary import Summary
from experiments.report.tables import terminal
from experiments.storage import store
from experiments.storage.records import records

CONTEXT = Context(Engine(1))
SPACE = 1 << 28

ROUTING = {
    "2 nodes with 5 partitions, without the wrap, full routing table": "262844523 server-b-1",
    "2 nodes with 5 partitions, without the wrap, simplified routing table": "233554857 server-b",
    "2 nodes with 5 partitions, with the wrap, full routing table": "262844523 server-b-1",
    "2 nodes with 5 partitions, with the wrap, simplified routing table": "233554857 server-b",
    "2 nodes with 5 partitions, full routing table": "262844523 server-b-1",
    "2 nodes with 5 partitions, simplified routing table": "233554857 server-b",
    "3 nodes with 5 partitions": "262844523 server-b",
    "3 nodes with 5 partitions, full routing table": "262844523 server-b-1",
    "3 nodes with 5 partitions, simplified routing table": "262844523 server-b",
    "2 -> 3 nodes, closer look, simplified routing table": "262844523 server-b",
}
OWNERS = {
    "2 nodes with 5 partitions": "server-b",
    "2 nodes with 5 partitions, stats": "server-b",
    "3 nodes with 5 partitions, stats": "server-b",
    "5 nodes with 5 partitions": "server-d",
    "5 nodes with 2 partitions": "server-b",
    "5 nodes with 3000 partitions": "server-a",
}
SLIPS: dict[tuple[str, str, str], str] = {
    **{("arc", table, key): "space" for table, key in ROUTING.items()},
    **{("share", table, node): "space" for table, node in OWNERS.items()},
    ("total", "2 nodes with 5 partitions", "total"): "space",
    ("total", "3 nodes with 5 partitions", "total"): "space",
    ("boundary", "integer division, 17 partitions", "last hash of partition 0"): "floored",
    ("moved", "integer division 16 -> 17", "in all"): "half",
    ("moved", "2 -> 3 nodes", "fraction of all hashes"): "thirty",
    ("moved", "2 -> 3 nodes", "expected at most"): "bound",
    ("moved", "consistent hashing, n -> n+1", "worst case"): "bound",
    ("moved", "consistent hashing, 100 nodes", "worst case of adding one"): "bound",
}
"""Every number that is an erratum, and which; all others are equal."""


@pytest.fixture(scope="module")
def judged() -> dict[int, dict[str, Any]]:
    rows = list(PARTS[0].measure({}, ArticleParameters(), CONTEXT))
    return {row["number"]: row for row in rows}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 2})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("smoke"))


def told_of(*rows: dict[str, Any]) -> list[str]:
    """Return the failures among some published numbers."""
    return failures(Summary(sheets(rows, [], [])))


def table(outcome: runner.Outcome[Any], name: str) -> Any:
    return next(shown for shown in outcome.presentation.tables if shown.name == name)


def test_the_published_numbers_are_those_that_were_read() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    digest = hashlib.sha256("\n".join(row["published"] for row in rows).encode()).hexdigest()
    assert len(rows) == 157
    assert digest == "045ef99dfdbc75267728ba7f5636fcdfcea72b4d8661b62318e1bc346436a2cb"
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == (
        "1d414e149d53f6b07561d83fb8edae37873abeeead4330a54fd852c680511aa7"
    )
    assert len({number.question for number in published()}) == 157


@pytest.mark.parametrize("number", published(), ids=lambda number: str(number.number))
def test_every_number_is_equal_or_a_known_erratum(number: Published, judged: Mapping[int, Any]) -> None:
    row = judged[number.number]
    slip = SLIPS.get(number.question)
    assert row["published"] == number.value
    assert row["verdict"] == ("erratum" if slip else "equal"), row
    assert row.get("erratum") == slip
    assert (row["ours"] == number.value) == (slip is None)


def test_the_verdicts_add_up(judged: Mapping[int, Any]) -> None:
    assert len(judged) == 157
    assert len(SLIPS) == 24
    assert Counter(row["verdict"] for row in judged.values()) == {"equal": 133, "erratum": 24}


def plain_points(nodes: int, points: int) -> list[tuple[int, str]]:
    """All points by hashlib alone, ascending."""
    names = [f"server-{letter}-{i}" for letter in "abcde"[:nodes] for i in range(points)]
    return sorted((int(hashlib.sha1(name.encode()).hexdigest()[:7], 16), name) for name in names)


def plain_arcs(nodes: int, points: int) -> list[tuple[int, str, int]]:
    """Start, point and size of each arc, the wrap first, the space counted as the article counts it."""
    placed = plain_points(nodes, points)
    starts = [(0, placed[-1][1]), *placed]
    ends = [start for start, _ in placed] + [SPACE - 1]
    return [(start, name, end - start) for (start, name), end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("nodes", "title"), [(2, "2 nodes with 5 partitions"), (3, "3 nodes with 5 partitions")]
)
def test_a_plain_reading_counted_as_the_article_counts_gives_what_it_prints(nodes: int, title: str) -> None:
    printed = {n.key: n.value for n in published() if n.table == f"{title}, full routing table"}
    assert printed == {f"{start} {name}": str(size) for start, name, size in plain_arcs(nodes, 5)}


@pytest.mark.parametrize(
    ("title", "nodes", "points"),
    [
        ("2 nodes with 5 partitions", 2, 5),
        ("3 nodes with 5 partitions, stats", 3, 5),
        ("5 nodes with 5 partitions", 5, 5),
        ("5 nodes with 2 partitions", 5, 2),
        ("5 nodes with 3000 partitions", 5, 3000),
    ],
)
def test_plain_shares_counted_as_the_article_counts_are_what_it_prints(
    title: str, nodes: int, points: int
) -> None:
    printed = {n.key: int(n.value) for n in published() if (n.item, n.table) == ("share", title)}
    shares: Counter[str] = Counter()
    for _, name, size in plain_arcs(nodes, points):
        shares[name.rpartition("-")[0]] += size
    assert printed == shares
    assert sum(printed.values()) == SPACE - 1


def test_md5_as_hashlib_has_it(judged: Mapping[int, Any]) -> None:
    ours = {row["key"]: row["ours"] for row in judged.values() if row["item"] == "hash"}
    assert ours == {text: str(int(hashlib.md5(text.encode()).hexdigest(), 16)) for text in ("60000", "60100")}


def test_a_difference_that_no_slip_explains_fails() -> None:
    seven = Published(9, "share", "x", "a", "7", "hashes", "")
    assert judge(seven, Answer("8", "6", "space"))["verdict"] == "differs"
    assert judge(seven, Answer("8"))["verdict"] == "differs"
    assert judge(seven, None)["verdict"] == "differs"
    assert not told_of(judge(seven, Answer("7")))
    assert not told_of(judge(seven, Answer("8", "7", "space")))
    assert told_of(judge(seven, Answer("8"))) == [
        "number 9, share of x, a: published 7, ours 8: no known slip explains it"
    ]


class Wrong(Part):
    """A part that answers one number wrongly, and one that nobody asked for."""

    name = "wrong"

    def measure(self, unit: Any, parameters: Any, context: Any) -> list[dict[str, Any]]:
        return []

    def answers(self) -> dict[tuple[str, str, str], Answer]:
        return {
            ("point", "points of server-a", "server-a-0"): Answer("1"),
            ("arc", "no such table", "0 server-z"): Answer("2"),
        }


def test_what_nobody_asked_for_and_what_nobody_answers_fails() -> None:
    rows = list(PublishedNumbers([Wrong()]).measure({}, ArticleParameters(), CONTEXT))
    told = told_of(*rows)
    assert len(told) == 158
    assert told[0].startswith(
        "number 1, point of points of server-a, server-a-0: published 148456820, ours 1"
    )
    assert told[1].endswith("nobody answers for it")
    assert told[-1].endswith("published nothing, ours 2: the article does not print it")


def test_two_parts_cannot_answer_for_one_number() -> None:
    with pytest.raises(ValueError, match="two parts answer"):
        list(PublishedNumbers([Wrong(), Wrong()]).measure({}, ArticleParameters(), CONTEXT))


def test_the_command_exits_1_where_a_number_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, *others = published()
    other = dataclasses.replace(first, value="148456821")
    monkeypatch.setattr(verdicts, "published", lambda: (other, *others))
    monkeypatch.setattr(measure, "PARTS", PARTS[:2])  # the other parts take their time
    code = run.main(["article", "--profile", "smoke", "--out", str(tmp_path / "out"), "--quiet"])
    assert code == 1
    assert "published 148456821, ours 148456820" in capsys.readouterr().err


def test_the_list_of_errata_is_exactly_this() -> None:
    assert list(ERRATA) == ["space", "values", "floored", "half", "bound", "thirty", "almost even"]
    assert set(SLIPS.values()) | {"values", "almost even"} == set(ERRATA)
    examples = {name: erratum.example() for name, erratum in ERRATA.items()}
    assert examples["space"].endswith("hashes 0 and 1 are 2; by the article's count 1")
    assert "4,294,967,296 hashes, the last is 4,294,967,295" in examples["values"]
    assert examples["floored"].startswith("4 hashes, 3 partitions of 1: hash 3 is in partition 3 of 0 to 2")
    assert examples["half"].startswith("4 hashes, 2 -> 3 ranges: 1 moves, not 2")
    assert "2,147,483,640 of 2^32, 8 short of half" in examples["half"]
    assert "server-e takes 55.74 %" in examples["bound"]
    assert examples["thirty"] == "84,970,214 of 268,435,456 hashes are 31.65 %"
    assert examples["almost even"].startswith("A-B 12.6 %, C-D 12.3 %, E-Z 75.1 %")


def test_the_summary_holds_what_the_tables_say(smoke: runner.Outcome[Any]) -> None:
    numbers = smoke.presentation.summary
    assert [numbers.value(f"numbers/{verdict}").number for verdict in OF_ARTICLE] == [133, 24, 0, 0, 0]
    assert numbers.value("numbers").number == 157
    themes = numbers["themes"].frame
    assert sum(themes["numbers"]) == 157
    assert sum(numbers["counts"].frame["numbers"]) == 157
    assert list(dict.fromkeys(themes["theme"])) == [
        part.name for part in PARTS if part.answers() and part.name != "published"
    ]
    for name, text in (
        ("numbers/space", "18"),
        ("published/moved/2 -> 3 nodes/server-a to server-c", "47070844"),
        ("ours/moved/2 -> 3 nodes/fraction of all hashes", "31.65"),
        ("short/16", "8"),
        ("moved/16", "2,147,483,640"),
        ("modulo_law/16", "16/17"),
        ("total/5 nodes, 3000 points", "268,435,456"),
        ("stay/2 -> 3", "183,465,242"),
        ("takes/2/1", "55.74 %"),
        ("law_spread/200", "6.85 %"),
        ("limit/200", "7.07 %"),
        ("removal_law/8", "4/15"),
    ):
        assert numbers.value(name).text == text, name


def test_what_is_out_of_scope_is_named_with_a_reason(smoke: runner.Outcome[Any]) -> None:
    shown = terminal.write(table(smoke, "out-of-scope"), 120)
    for subject, reason in OUT_OF_SCOPE.items():
        assert subject in shown
        assert reason.split()[0] in shown
    told = " ".join(OUT_OF_SCOPE)
    assert all(word in told for word in ("round robin", "least outstanding requests", "caches", "functional"))


def test_the_summary_comes_first_and_counts_all(smoke: runner.Outcome[Any]) -> None:
    assert [shown.name for shown in smoke.presentation.tables[:3]] == ["summary", "errata", "out-of-scope"]
    last = terminal.write(table(smoke, "summary"), 120).splitlines()[-2].split()
    assert last[0] == "all"
    assert last[-4:] == ["157", "133", "24", "0"]
    assert "133 are equal and 24 are errata" in smoke.presentation.meaning[0]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("points", "server-a-4 23,746,828 23746828 equal"),
        ("routing-2x5-full-without-wrap", "23,746,828 30,595,745 server-a-4 6,848,918 6848918 equal"),
        ("routing-2x5-full", "262,844,523 268,435,455 server-b-1 5,590,933 5590932 erratum"),
        ("routing-2x5-full", "0 23,746,827 server-b-1 23,746,828 23746828 equal"),
        ("routing-2x5-simplified", "60,903,228 148,456,819 server-b 87,553,592 87553592 equal"),
        ("routing-3x5-simplified", "47,014,683 57,674,440 server-c 10,659,758 10659758 equal"),
        ("shares", "server-b 146,181,019 54.46 % 146181018 erratum"),
        ("two-to-three", "server-a server-c 47,070,844 17.54 % 47070844 equal"),
        ("two-to-three", "all elsewhere 0 0.00 % – –"),
        ("ripple", "node-15 node-16 16/272 252,645,135 5.882 % 252,645,135"),
        ("one-more", "16 → 17 2,147,483,640 8 50.0000 % 50.0000 % 16/17 94.12 %"),
        ("numbers-hash-values", "md5 mod 16: 60000 12 12 equal"),
        ("folklore-removal", "1 of 16 50.00 % 1/2 1/16"),
    ],
)
def test_the_tables_have_these_lines(smoke: runner.Outcome[Any], name: str, line: str) -> None:
    lines = [" ".join(shown.split()) for shown in terminal.write(table(smoke, name), 200).splitlines()]
    assert line in lines


def test_tables_without_the_wrap_have_no_row_below_the_first_point(smoke: runner.Outcome[Any]) -> None:
    starts = {
        name: list(table(smoke, name).frame["from"]) for name in ("routing-2x5-full", "routing-3x5-full")
    }
    without = list(table(smoke, "routing-2x5-full-without-wrap").frame["from"])
    assert starts["routing-2x5-full"] == [0, *without]
    assert len(starts["routing-3x5-full"]) == 16


def test_a_second_run_leaves_the_same_bytes(smoke: runner.Outcome[Any], tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 1})
    again = runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path / "again")
    files = {path.relative_to(smoke.folder) for path in smoke.files if path.name != "run.json"}
    assert {path.relative_to(again.folder) for path in again.files if path.name != "run.json"} == files
    for name in files:
        assert (again.folder / name).read_bytes() == (smoke.folder / name).read_bytes(), name


def test_the_stored_rows_hold_every_number(smoke: runner.Outcome[Any]) -> None:
    rows = records(store.load(smoke.folder))
    numbers = [row for row in rows if row["part"] == "published"]
    assert [(row["item"], row["table"], row["key"], row["published"]) for row in numbers] == [
        (*number.question, number.value) for number in published()
    ]
    figures = {path.stem for path in smoke.files if path.parent.name == "figures"}
    assert figures == {"letters", "space-cut", "range-query", "ripple", "minimum-hashes", "rings"}
