"""Advice: who can do what is needed and who cannot, in the order that it states, by laws if there are any."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from algorithms import Capability, names, spec_of
from experiments import run
from experiments.advise import EXPERIMENT
from experiments.advise.summary import MOVED_ALIKE, PEAK_ALIKE, summary
from experiments.harness import runner
from experiments.harness.runner import Outcome
from experiments.options.errors import BadUse
from experiments.report.summary import Summary

CLUSTER = Path(__file__).parents[1] / "cluster.csv"


def advised(folder: Path, **needs: object) -> tuple[Outcome, Summary]:
    parameters = EXPERIMENT.profile("smoke").replace({"rounds": 1, **needs})
    outcome = runner.run(EXPERIMENT, parameters, out=folder / "out")
    return outcome, summary(outcome.results)


PUBLISHED = [name for name in names() if spec_of(name).family != "deployed"]

QUESTIONS = {
    "a cache of equal servers": {"nodes": 30},
    "shards that only grow and shrink at the end": {"nodes": 64, "remove": "last"},
    "replicas on machines of three sizes": {"nodes": 12, "weights": "yes", "replicas": 3},
    "a file of servers, three more to come": {"cluster": str(CLUSTER), "event": "add:3"},
    "a table that never loses a node": {"nodes": 5, "remove": "none", "keys_per_second": 1e6},
}


@pytest.mark.parametrize("needs", QUESTIONS.values(), ids=QUESTIONS)
def test_all_algorithms_can_or_say_why_not(needs: dict[str, object], tmp_path: Path) -> None:
    outcome, numbers = advised(tmp_path, **needs)
    can, cannot = set(numbers["advice"].frame["label"]), set(numbers["absent"].frame["label"])
    assert can | cannot == set(PUBLISHED)
    assert not can & cannot
    assert can
    asked = outcome.results.parameters
    for name in PUBLISHED:
        able = all(capabilities & spec_of(name).capabilities for capabilities in asked.needs)
        assert able or name in cannot


def test_the_first_is_the_best_in_the_order_that_is_stated(tmp_path: Path) -> None:
    _, numbers = advised(tmp_path, nodes=40)
    frame = numbers["advice"].frame
    steps = [
        (
            row.kind == "baseline",
            int(row.needless // MOVED_ALIKE),
            int(row.peak // PEAK_ALIKE),
            row.ns,
        )
        for row in frame.itertuples()
    ]
    assert steps == sorted(steps)
    assert list(frame["place"]) == list(range(1, len(frame) + 1))


def test_laws_stand_in_the_place_of_samples(tmp_path: Path) -> None:
    outcome, numbers = advised(tmp_path, nodes=16, algorithms="rendezvous,maglev,ring", event="add:1")
    events = numbers["events"].frame.set_index("label")
    assert events.loc["rendezvous", "movement"] == pytest.approx(1 / 17)
    assert list(events.loc[["rendezvous", "maglev"], "movement_by"]) == ["law", "sample"]
    rows = outcome.results.rows.set_index("label")
    assert rows.loc["rendezvous", "peak"] == 0.0
    assert rows.loc["ring", "peak"] == pytest.approx(0.1446, abs=1e-4)  # E[max/mean] of 16 x 160 points
    # 65537 entries among 16: shares are 4096 or 4097 entries, and the sample's own part is taken off
    assert rows.loc["maglev", "peak"] < 0.02


def test_who_needs_more_cores_than_one_goes_behind(tmp_path: Path) -> None:
    _, numbers = advised(tmp_path, nodes=16, algorithms="modulo,rendezvous,anchor", keys_per_second=1e12)
    frame = numbers["advice"].frame
    assert (frame["cores"] > 1).all()
    assert list(frame["kind"]) == ["algorithm", "algorithm", "baseline"]


def test_what_nobody_can_do_fails_and_says_why(tmp_path: Path) -> None:
    outcome, _ = advised(tmp_path, nodes=9, algorithms="jump,flip", remove="any")
    (failure,) = outcome.presentation.failures
    assert "Not jump, flip: buckets are a count, so only the last one can go" in failure


def test_a_screen_holds_who_can_and_details_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["advise", "--profile", "smoke", "--nodes", "20", "--rounds", "1", "--out", str(tmp_path / "out")]
    assert run.main([*typed, "--quiet"]) == 0
    assert "Take " not in capsys.readouterr().out
    assert run.main(typed) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert any(line.startswith("Take ") for line in lines)
    assert run.main([*typed, "--details"]) == 0
    text = " ".join(capsys.readouterr().out.splitlines())
    assert "Behind these, in this order: " in text
    assert all(name in text for name in PUBLISHED), "who can is there, and who cannot"


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ({"nodes": "16,50", "weights": "yes"}, "--weights: nodes have weights by turns where there is one"),
        ({"nodes": "16,3", "replicas": 4}, "--replicas: 4 of 3 nodes"),
        ({"nodes": 3, "replicas": 4}, "--replicas: 4 of 3 nodes; give at most as many as there are"),
        ({"nodes": 1, "event": "remove:last"}, "--event: remove:last leaves no node of 1"),
        ({"remove": "all"}, "--remove: 'all' is unknown; give one of any, last, none, able"),
        ({"weights": "some"}, "--weights: 'some' is neither true nor false"),
    ],
)
def test_needs_that_cannot_be_are_refused(needs: dict[str, object], said: str) -> None:
    with pytest.raises(BadUse, match=said):
        EXPERIMENT.profile("smoke").replace(needs)


def test_one_node_can_be_asked_about(tmp_path: Path) -> None:
    _, numbers = advised(tmp_path, nodes=1, algorithms="ring,jumpback,anchor")
    assert pd.unique(numbers["events"].frame["event"]).tolist() == ["add:1"]
    assert Capability.REMOVES_ANY not in spec_of("jumpback").capabilities
    assert set(numbers["advice"].frame["label"]) == {"ring", "anchor"}


def test_several_numbers_of_nodes_with_what_each_algorithm_can_let_go(tmp_path: Path) -> None:
    outcome, numbers = advised(
        tmp_path, nodes="1,5,40", remove="able", algorithms="jump,ring,key_range,modulo,icws"
    )
    advice = numbers["advice"].frame
    assert advice.groupby("n")["place"].apply(list).to_dict() == {n: [1, 2, 3, 4, 5] for n in (1, 5, 40)}
    lets_go = dict(zip(advice["label"], advice["removes"], strict=True))
    assert lets_go == {
        name: "any" if spec_of(name).can(Capability.REMOVES_ANY)
        else "last" if spec_of(name).can(Capability.REMOVES_LAST) else "none"
        for name in lets_go
    }  # fmt: skip
    events = numbers["events"].frame
    assert set(events[(events["n"] == 5) & (events["label"] == "jump")]["event"]) == {"add:1", "remove:last"}
    assert set(events[(events["n"] == 1)]["event"]) == {"add:1"}
    chooser = outcome.presentation.chooser
    assert chooser is not None
    assert len(chooser.table.frame) == 15
    shown = chooser.described()
    assert [question["asked"] for question in shown][:2] == ["Nodes", "Who may leave"]
    assert [words for words, _ in shown[0]["answers"]] == ["1", "5", "40"]
    weights = dict(next(question for question in shown if question["asked"] == "Weights")["answers"])
    labels = chooser.table.frame["label"].tolist()
    assert {labels[row] for row in weights["different"]} == {
        name for name in lets_go if spec_of(name).can(Capability.WEIGHTED)
    }
    assert {labels[row] for row in weights["alike"]} == set(lets_go)
