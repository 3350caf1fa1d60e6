"""Clusters from files: what is read, what is refused, and what each experiment makes of their weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from clusters import TAKING, UNEQUAL, measured, parameters_of, write
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Node, create
from experiments import clusters, events, run
from experiments.harness.committed import unchanged
from experiments.harness.experiment import find, names
from experiments.harness.parameters import Parameters
from experiments.harness.runner import folder_of
from experiments.harness.runner import run as run_experiment
from experiments.harness.verify import verify
from experiments.options.errors import BadUse
from experiments.seeds import repetition_of
from experiments.storage import store

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
    assert TAKING == [
        "advise", "balance", "cache", "hashes", "memory", "requests", "resize", "scaling", "sequence",
        "throughput",
    ]  # fmt: skip


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
