"""Clusters from files: what is read, what is refused, and what each experiment makes of their weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corners import drawn
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Node, create
from experiments import clusters, events, run
from experiments.harness.committed import unchanged
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context, find, names
from experiments.harness.parameters import Parameters
from experiments.harness.runner import folder_of
from experiments.harness.runner import run as run_experiment
from experiments.harness.verify import verify
from experiments.options.errors import BadUse
from experiments.options.parameters import fields_of
from experiments.report.figures import figure as figures
from experiments.seeds import repetition_of
from experiments.storage import store
from experiments.theory import balance, whole_points

TAKING = [name for name in names() if "cluster" in fields_of(find(name).Parameters)]
UNEQUAL = "name,weight,rack\na,1,x\nb,2,x\nc,4,y\nd,1,y\n"
TINY: dict[str, Any] = {
    "keys": 500, "repetitions": 2, "rounds": 2, "milliseconds": 0.01, "starts": 1, "threads": 1,
}  # fmt: skip


def write(folder: Path, text: str | bytes, name: str = "nodes.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def parameters_of(name: str, cluster: str, **values: Any) -> Any:
    cls = find(name).Parameters
    tiny = {field: value for field, value in TINY.items() if field in fields_of(cls)}
    return cls.build({**tiny, "cluster": cluster, **values})


def measured(name: str, parameters: Any) -> tuple[list[Any], list[Any]]:
    experiment = find(name)
    with Engine(1) as engine:
        parts = [
            experiment.measure(case, parameters, Context(engine)) for case in experiment.cases(parameters)
        ]
    return [row for part in parts for row in part.rows], [row for part in parts for row in part.timing]


# what is read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name,weight\na,2\nb,1\n", "x.csv"),
        ("a,2\nb,1\n", "x.csv"),
        ("a;2\r\nb;1\r\n", "x.csv"),
        ("a\t2\nb\t1", "x.tsv"),
        ("a|2\nb|1\n\n", "x.txt"),
        ("Weight , rack, NAME\n 2.0,r1, a\n1e0,r2,b\n", "x.csv"),
        ("\ufeffname,weight\na,2\nb,1\n", "x.csv"),
        ('"a",2\n"b","1"\n', "x"),
        ('[[node]]\nname = "a"\nweight = 2\nrack = "r"\n[[node]]\nname = "b"\n', "x.toml"),
        ("a = 2\nb = 1.0\n", "x.toml"),
        ("[nodes]\na = 2\nb = 1\n", "x.TOML"),
    ],
)
def test_one_cluster_may_be_written_in_many_ways(text: str, name: str, tmp_path: Path) -> None:
    assert clusters.read(write(tmp_path, text, name)).nodes == (Node("a", 2.0), Node("b", 1.0))


def test_without_weights_all_weigh_one(tmp_path: Path) -> None:
    for text in ("name\nx\ny\n", "x\ny\n"):
        assert clusters.read(write(tmp_path, text)).nodes == (Node("x"), Node("y"))


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1)
        .map(str.strip)
        .filter(lambda name: name and name.lower() != "name"),
        st.floats(1e-100, 1e100),
        min_size=1,
    )
)
def test_what_csv_writes_is_read_again(tmp_path_factory: Any, nodes: dict[str, float]) -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("name", "weight"), *((name, repr(weight)) for name, weight in nodes.items())])
    path = write(tmp_path_factory.mktemp("written"), text.getvalue())
    assert {node.name: node.weight for node in clusters.read(path).nodes} == nodes


# what is refused


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("name,weight\na,1\na,2\n", "x.csv", "line 3 names 'a' again, as line 2 does"),
        ("a,1\nb,0\n", "x.csv", "line 2 gives 'b' the weight '0'"),
        ("a,1\nb,-1\n", "x.csv", "line 2 .* above 0"),
        ("a,1\nb,nan\n", "x.csv", "line 2"),
        ("a,1\nb,inf\n", "x.csv", "line 2"),
        ("a,1\nb,\n", "x.csv", "line 2"),
        ("a,1\nb,1e999\n", "x.csv", "line 2"),
        ("a,1\nb,many\n", "x.csv", "line 2"),
        ("a,1\n ,2\n", "x.csv", "line 2 has no name"),
        ("name,weight\na,1\n\nb\n", "x.csv", "line 4 has 1 field where the first line has 2"),
        ("a,1\nb,1,2\n", "x.csv", "line 2 has 3 fields"),
        ("a,1,r1\nb,1,r2\n", "x.csv", "line 1 has 3 fields and is no header"),
        ("node,weight\na,1\n", "x.csv", "line 1 .* no field is called name"),
        ("name,name\na,b\n", "x.csv", "two columns named name"),
        ('a,1\n"b,1\n', "x.csv", "no CSV"),
        ("", "x.csv", "has no node"),
        ("name,weight\n", "x.csv", "has no node"),
        ("\n \n", "x.csv", "has no node"),
        (b"a,1\nb\xff,1\n", "x.csv", r"line 2 is not UTF-8 \(byte 0xff\)"),
        ("a,1\n".encode("utf-16"), "x.csv", "UTF-16"),
        (b"\x1f\x8b\x08", "x.csv", "gzip"),
        ("a = 1\na = 2\n", "x.toml", "no TOML.*line 2"),
        ("a = 1\nb = 0\n", "x.toml", "line 2 gives 'b' the weight 0"),
        ("a = true\n", "x.toml", "line 1 gives 'a' the weight True"),
        ("a.b = 1\n", "x.toml", "double quotes"),
        ('[[node]]\nname = "a"\n[[node]]\nname = "a"\n', "x.toml", "node 2 names 'a' again, as node 1 does"),
        ("[[node]]\nweight = 1\n", "x.toml", "node 1 has no name"),
        ("[[node]]\nname = 7\n", "x.toml", "node 1 is 7"),
        ("b = 1\n[[node]]\nname = 'a'\n", "x.toml", "beside it 'b'"),
        ("", "x.toml", "has no node"),
    ],
)
def test_a_bad_line_is_named_by_its_number(text: str | bytes, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=words) as caught:
        clusters.read(write(tmp_path, text, name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cluster", "nowhere.csv"], "there is no file nowhere.csv"),
        (["--cluster", "."], "is a directory"),
        (["--cluster", "/dev/null"], "no regular file"),
        (["--cluster", "a\0b"], "cannot be read"),
        (["--cluster", ""], "is empty"),
        (["--cluster", "nodes.csv", "--nodes", "4"], "give one of the two"),
        (["--cluster", "nodes.csv", "--cluster", "nodes.csv"], "twice"),
        (["--cluster", "nodes.csv", "--event", "remove:e"], "'e', which is none of the 4 nodes"),
        (["--cluster", "nodes.csv", "--event", "weight:e=2"], "'e', which is none of the 4 nodes"),
        (["--cluster", "nodes.csv", "--event", "remove-random:4"], "at least 5 nodes in the --cluster"),
        (["--cluster", "nodes.csv", "--algorithms", "jump,modulo"], "no algorithm of this run takes"),
        (["--cluster", "bad.csv"], "line 1"),
    ],
)
def test_bad_use_is_told_in_one_sentence_before_anything_is_measured(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, UNEQUAL)
    write(tmp_path, "a,b\n", "bad.csv")
    assert run.main(["scaling", "--profile", "smoke", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not said.out
    assert not Path("results").exists()


def test_an_experiment_whose_nodes_are_no_parameter_says_why_it_takes_no_cluster() -> None:
    for name in names():
        cls = find(name).Parameters
        assert ("cluster" in cls.without) == (name not in TAKING)
        if "nodes" in cls.without:
            assert "cluster" in cls.without
    assert TAKING == ["balance", "hashes", "memory", "resize", "scaling", "sequence", "throughput"]


# parameters and digests


def test_without_a_cluster_nothing_says_cluster() -> None:
    for name in names():
        assert "cluster" not in find(name).profile("smoke").canonical()


def test_the_nodes_of_a_run_are_as_many_as_the_file_has(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    for parameters in (
        Parameters(cluster=path),
        Parameters.build({"cluster": path}),
        find("scaling").profile("smoke").replace({"cluster": path}),
    ):
        assert parameters.nodes == (4,)
        assert parameters.canonical()["cluster"] == path


def test_stored_parameters_are_read_without_the_file_and_a_run_of_them_needs_it(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    parameters = parameters_of("scaling", path)
    Path(path).unlink()
    again = find("scaling").Parameters.build(json.loads(json.dumps(parameters.canonical())))
    assert again == parameters
    with pytest.raises(BadUse, match="there is no file"):
        find("scaling").cases(again)
    write(tmp_path, UNEQUAL + "e,1,z\n")
    with pytest.raises(BadUse, match="has 5 nodes, and this run is of 4"):
        find("scaling").cases(again)


def test_nodes_cannot_be_given_beside_a_cluster_in_any_order(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    with pytest.raises(BadUse, match="give one of the two"):
        Parameters().replace({"cluster": path, "nodes": 3})
    with pytest.raises(BadUse, match="give one of the two"):
        Parameters(cluster=path).replace({"nodes": 3})


def test_a_changed_file_is_noticed_by_unchanged_and_by_verify(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("nodes.csv")
    path.write_text(UNEQUAL, encoding="utf-8")
    experiment = find("scaling")
    parameters = parameters_of("scaling", str(path), algorithms="table", timed=0)
    folder = folder_of(experiment, parameters, "smoke", Path("out"))
    assert run_experiment(experiment, parameters, profile="smoke", results=Path("out")).folder == folder
    facts = store.run_facts(folder)
    assert list(facts["inputs"]) == ["nodes.csv"]
    assert facts["parameters"]["nodes"] == [4]
    assert facts["cluster"] == {"nodes": 4, "least": 1.0, "median": 1.0, "most": 4.0}
    assert unchanged(experiment, parameters, folder)
    assert not verify(folder, find).differences
    path.write_text(UNEQUAL.replace("c,4", "c,3"), encoding="utf-8")
    assert not unchanged(experiment, parameters, folder)
    assert any("nodes.csv has changed" in difference for difference in verify(folder, find).differences)


# names and weights in a repetition


def test_the_first_repetition_has_the_names_of_the_file_and_a_seedless_hash_others_later(
    tmp_path: Path,
) -> None:
    cluster = clusters.read(write(tmp_path, UNEQUAL))
    seeded = [repetition_of(0, "uniform", k, seed_bits=64, cluster=cluster) for k in range(3)]
    assert all(one.nodes(4) == list(cluster.nodes) for one in seeded)
    assert len({one.hash for one in seeded}) == 3
    seedless = [repetition_of(0, "uniform", k, seed_bits=0, cluster=cluster) for k in range(3)]
    assert seedless[0].nodes(4) == list(cluster.nodes)
    for one in seedless[1:]:
        nodes = one.nodes(4)
        assert isinstance(nodes, list)
        assert [node.name for node in nodes] == [one.prefix + node.name for node in cluster.nodes]
        assert [node.weight for node in nodes] == [1, 2, 4, 1]
    assert len({one.prefix for one in seedless}) == 3


@pytest.mark.parametrize(
    "taken", [["new-1"], ["new-4", "newcomer-5"], ["a"], ["new-", "newcomer-0", "newcomer2-1"]]
)
def test_newcomers_have_names_that_the_file_has_not(taken: list[str]) -> None:
    cluster = clusters.Cluster(tuple(map(Node, taken)))
    repetition = repetition_of(0, "uniform", 0, seed_bits=64, cluster=cluster)
    assert not {repetition.node(index) for index in range(20)} & set(taken)


@pytest.mark.parametrize("hash_name", ["xxh64", "crc32"])
def test_events_find_nodes_by_name_and_by_place_and_newcomers_have_a_usual_weight(
    hash_name: str, tmp_path: Path
) -> None:
    cluster = clusters.read(write(tmp_path, UNEQUAL))
    bits = 0 if hash_name == "crc32" else 64
    repetition = repetition_of(0, "uniform", 1, seed_bits=bits, cluster=cluster)

    def after(text: str) -> dict[str, float]:
        ring = create("ring", repetition.nodes(4), hash=hash_name)
        events.change_of(events.parse(text), ring.nodes, repetition, 0).apply(ring)
        return {node.name.removeprefix(repetition.prefix): node.weight for node in ring.nodes.values()}

    assert after("remove:b") == {"a": 1, "c": 4, "d": 1}
    assert after("remove:last") == {"a": 1, "b": 2, "c": 4}
    assert after("remove:middle") == {"a": 1, "b": 2, "d": 1}
    assert after("weight:b=3") == {"a": 1, "b": 3, "c": 4, "d": 1}
    assert after("weight:2") == {"a": 1, "b": 2, "c": 8, "d": 1}
    assert after("add:2") == {"a": 1, "b": 2, "c": 4, "d": 1, "new-4": 1, "new-5": 1}
    assert after("replace") == {"a": 1, "b": 2, "d": 1, "new-4": 4}
    assert sorted(after("replace-random:4").values()) == [1, 1, 2, 4]


def test_a_node_that_is_named_is_found_among_counted_ones_too() -> None:
    cls = find("scaling").Parameters
    assert cls(event="remove:node-3,weight:node-15=2").event == ("remove:node-3", "weight:node-15=2")
    for text in ("remove:node-16", "remove:first", "weight:node-1x=2"):
        with pytest.raises(BadUse, match=r"none of the 16 nodes; there are node-0, .* last and middle"):
            cls(event=text)
    rows, _ = measured(
        "scaling",
        cls(
            event="remove:node-3",
            algorithms="ring,jump",
            keys=500,
            timed=0,
            repetitions=2,
            set="ring.hash=crc32",
        ),
    )
    assert {row["n_after"] for row in rows if row["algorithm"] == "ring"} == {15}
    assert all(row["cannot"] for row in rows if row["algorithm"] == "jump")


def test_a_step_may_name_who_has_joined_before_and_not_who_never_can(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    fine = parameters_of("sequence", path, sequence="add:1,remove:new-4,remove:a,remove:a", algorithms="ring")
    rows, _ = measured("sequence", fine)
    assert [row["n_after"] for row in rows[:5]] == [4, 5, 4, 3, 3]
    assert "not there any more" in rows[4]["cannot"]
    with pytest.raises(BadUse, match="names 'z'"):
        find("sequence").cases(parameters_of("sequence", path, sequence="add:1,remove:z"))


# what experiments measure


@pytest.mark.parametrize("name", TAKING)
@pytest.mark.parametrize("text", [UNEQUAL, "a,3\nb,3\nc,3\n", "one,5\n"])
def test_every_experiment_measures_and_shows_a_cluster_and_misses_no_algorithm(
    name: str, text: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(figures, "render", drawn)
    grow = {"sequence": "grow"} if name == "sequence" else {}
    path = write(tmp_path, text)
    parameters = parameters_of(name, path, algorithms="ring,jump,rendezvous,table", **grow)
    experiment = find(name)
    outcome = run_experiment(experiment, parameters, out=Path("out"))
    rows = [*outcome.rows, *outcome.timing]
    assert {row["label"].partition(":")[0] for row in rows} >= {"ring", "jump", "rendezvous", "table"}
    nodes = clusters.read(parameters.cluster)
    assert {row["n"] for row in rows} == {len(nodes)}
    jump = [row for row in rows if row["label"] == "jump" and row.get("operation") != "remove"]
    assert jump
    for row in jump:
        assert bool(row.get("cannot")) == (not nodes.equal_weights)
    written = "\n".join(path.read_text(encoding="utf-8") for path in Path("out/tables").glob("*.md"))
    assert ("a weight other than 1 is refused" in written) == (not nodes.equal_weights)
    assert any(
        line.startswith(f"{parameters.cluster}: {len(nodes)} node") for line in outcome.presentation.meaning
    )


def test_loads_are_relative_to_weights_and_laws_are_of_weights(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    rows, _ = measured(
        "balance", parameters_of("balance", path, algorithms="ring:points=5,rendezvous,jump", keys=20_000)
    )
    weights = [1.0, 2.0, 4.0, 1.0]
    for row in rows:
        if row["algorithm"] == "jump":
            assert "refused" in row["cannot"]
            continue
        assert row["max_to_mean"] < 2.2
        assert row["variance"] is row["g"] is row["first_to_mean"] is None
        points = 5 if row["algorithm"] == "ring" else None
        law = balance(row["law"], weights, keys=row["keys"], points=points)
        assert law is not None
        assert row["law_cv"] == float(law.cv)
    exact = next(row for row in rows if row["method"] == "exact" and row["repetition"] == 0)
    drawn = repetition_of(0, "uniform", 0, seed_bits=64)
    nodes = [Node(name, weight) for name, weight in zip("abcd", weights, strict=True)]
    shares = create("ring", nodes, points=5, seed=drawn.hash).arcs().shares()
    relative = np.array([float(shares[i]) for i in range(4)]) / weights
    assert exact["max_to_mean"] == pytest.approx(relative.max() * 8 / sum(map(float, shares.values())))


def test_equal_weights_of_any_size_are_as_none_for_who_follows_none(tmp_path: Path) -> None:
    rows = {}
    for weight in ("1", "64"):
        path = write(tmp_path, f"a,{weight}\nb,{weight}\nc,{weight}\n", f"{weight}.csv")
        rows[weight], _ = measured(
            "scaling", parameters_of("scaling", path, algorithms="jump,rendezvous", event="add:1", timed=0)
        )
    assert rows["1"] == rows["64"]
    assert not any(row["cannot"] for row in rows["1"])


def test_a_ring_that_rounds_points_has_no_law(tmp_path: Path) -> None:
    assert whole_points([1, 2, 0.5, 0], 160)
    assert not whole_points([1, 0.3], 5)
    path = write(tmp_path, "a,0.3\nb,0.7\nc,1\n")
    for name, column in (("scaling", "law_movement"), ("balance", "law_cv"), ("sequence", "law_cv")):
        values = {"algorithms": "ring,rendezvous", "set": "ring.points=5"}
        rows, _ = measured(name, parameters_of(name, path, **values))
        taking = [row for row in rows if row.get("cannot") is None and row.get("event", 1) is not None]
        assert taking
        assert all(
            (row[column] is None) == (row["algorithm"] == "ring") for row in taking if row["law"] is not None
        )
        assert all(
            row["law"] is None
            for row in rows
            if row["algorithm"] == "ring" and row.get("step") != 0 and "law" in row
        )


def test_what_no_ring_holds_is_a_reason_beside_those_that_can(tmp_path: Path) -> None:
    path = write(tmp_path, "a,65536000\nb,65536\n")
    rows, _ = measured("scaling", parameters_of("scaling", path, algorithms="ring,table", timed=0))
    reasons = {row["cannot"] for row in rows if row["algorithm"] == "ring"}
    assert len(reasons) == 1
    assert "divide all weights" in str(reasons.pop())
    assert all(
        row["cannot"] is None for row in rows if row["algorithm"] == "table" and row["event"] == "add:1"
    )


def test_other_libraries_are_not_given_weights_that_they_cannot_take(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    _, timing = measured(
        "throughput", parameters_of("throughput", path, algorithms="ring", mode="batch,single", peers=True)
    )
    peers = {row["label"]: row["cannot"] for row in timing if row.get("peer")}
    assert peers["np.searchsorted"] is None
    assert {why for label, why in peers.items() if label != "np.searchsorted"} == {
        "is given names of nodes, and no weights"
    }


def test_a_fresh_process_builds_the_nodes_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    _, timing = measured(
        "throughput", parameters_of("throughput", path, algorithms="table,jump", mode="start")
    )
    assert all(row["nanoseconds"] for row in timing if row["algorithm"] == "table")
    (refused,) = [row for row in timing if row["algorithm"] == "jump"]
    assert refused["cannot"]
    assert refused["stage"] is None


def test_the_command_line_answers_for_twelve_caches_of_different_memory(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    memory = [64, 64, 128, 64, 32, 64, 128, 256, 64, 64, 96, 64]
    write(tmp_path, "name,weight\n" + "".join(f"cache-{i},{gb}\n" for i, gb in enumerate(memory, 1)))
    arguments = ["--cluster", "nodes.csv", "--event", "add:2,remove:cache-3,weight:2"]
    assert run.main(["scaling", "--profile", "smoke", "--repetitions", "2", *arguments, "--out", "out"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "add 2 (12 → 14)" in said
    assert "remove cache-3 (12 → 11)" in said
    assert "– jump cannot add 2, remove cache-3, one weight × 2: a node is only its number" in said
    rows = store.load(Path("out"))
    removed = rows[(rows["event"] == "remove:cache-3") & rows["movement"].notna()]
    assert set(removed["ideal"].round(6)) == {round(128 / 1088, 6)}
