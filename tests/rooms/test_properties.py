"""The experiment `properties`: its cells, its counterexamples, and that they can be tried again."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from algorithms import Node, names, unregister
from experiments import run
from experiments.conformance import checks
from experiments.harness import chapters, runner
from experiments.inference.verdict import (
    BROKEN,
    HOLDS,
    KEPT,
    NOT_APPLICABLE,
    NOT_DECLARED_REFUTED,
    OF_PROPERTIES,
)
from experiments.options.errors import BadUse
from experiments.properties import EXPERIMENT
from experiments.properties.cells import cells_of
from experiments.properties.parameters import PropertiesParameters
from experiments.properties.replay import Player, read, write
from experiments.storage import store

ROOT = Path(__file__).resolve().parents[2]
MODULO = 'modulo growth_onto_new_only [[Node("a"), Node("b")], {"hash_bits": 8}, 0, [Node("c")]]'
LIAR = '''
    """Hash mod n, which says that it moves nothing in vain."""

    from algorithms import Capability, Spec, register
    from algorithms.baselines.modulo import Modulo

    @register(Spec(
        name="liar", title="Liar", summary="hash mod n",
        capabilities=Modulo.spec.capabilities | {Capability.MINIMAL_MOVEMENT}, lacks=Modulo.spec.lacks,
    ))
    class Liar(Modulo):
        """Hash mod n."""
'''
MODEST = '''
    """The ring, which does not say what it keeps, nor that its shares are random."""

    from algorithms import Capability, Spec, register
    from algorithms.rings.ring import Ring

    @register(Spec(
        name="modest", title="Modest", summary="a ring", capabilities=Ring.spec.capabilities - {
            Capability.REVERSIBLE, Capability.REPLICAS}, lacks={},
    ))
    class Modest(Ring):
        """A ring."""
'''


@pytest.fixture(autouse=True)
def _forget_the_algorithms_of_files() -> Iterator[None]:
    before = names()
    yield
    for name in set(names()) - set(before):
        unregister(name)


def of(folder: Path, name: str, source: str) -> str:
    (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return f"{folder / name}.py:{name.title()}"


def launch(tmp_path: Path, *typed: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Run the command; return the exit code, and the rows by label and property."""
    out = tmp_path / "out"
    code = run.main(["properties", "--out", str(out), "--quiet", "--details", *typed])
    rows = store.load(out / "rows.csv") if code != 2 else None
    found = [] if rows is None else [dict(row) for _, row in rows.iterrows()]
    return code, {f"{row['label']} {row['property']}": row for row in found}


def test_every_cell_has_what_it_rests_on(tmp_path: Path) -> None:
    code, rows = launch(tmp_path, "--effort", "2", "--algorithms", "modulo,jump", "--property",
                        "growth_onto_new_only,uniform,ordered,arcs_tile_the_space")  # fmt: skip
    assert code == 0
    verdicts = {cell: row["verdict"] for cell, row in rows.items()}
    assert verdicts == {
        "modulo arcs_tile_the_space": NOT_APPLICABLE,
        "modulo ordered": NOT_DECLARED_REFUTED,
        "modulo growth_onto_new_only": NOT_DECLARED_REFUTED,
        "modulo uniform": HOLDS,
        "jump arcs_tile_the_space": NOT_APPLICABLE,
        "jump ordered": NOT_DECLARED_REFUTED,
        "jump growth_onto_new_only": HOLDS,
        "jump uniform": HOLDS,
    }
    assert (
        "2 nodes -> 3 nodes: hash 3 was on b, is now on a, and neither is new (new: c)"
        in (rows["modulo growth_onto_new_only"]["counterexample"])
    )
    assert rows["jump growth_onto_new_only"]["examples"] == 2
    assert rows["jump uniform"]["sizes"] == "2 3 10 64 257"
    assert rows["jump uniform"]["p_value"] > rows["jump uniform"]["level"]
    assert "single hashes" in rows["jump arcs_tile_the_space"]["reason"]


def test_the_summary_and_the_page_count_the_cells(tmp_path: Path) -> None:
    _, rows = launch(tmp_path, "--effort", "2", "--algorithms", "modulo,jump", "--property",
                     "growth_onto_new_only,uniform,ordered,arcs_tile_the_space")  # fmt: skip
    (chapter,) = chapters.read([tmp_path / "out"])
    numbers = chapter.presentation.summary
    assert [numbers.value(name).number for name in ("cells", "checks", "selections")] == [8, 4, 2]
    verdicts = [row["verdict"] for row in rows.values()]
    assert all(numbers.value(f"cells/{one}").number == verdicts.count(one) for one in OF_PROPERTIES)
    assert numbers.value("counterexamples").number == verdicts.count(NOT_DECLARED_REFUTED) == 3
    assert numbers.value("examples/growth_onto_new_only/jump").number == 2
    assert numbers.value("p_value/uniform/jump").number == rows["jump uniform"]["p_value"]
    (held,) = chapter.presentation.glance
    assert held.values == {"modulo": "1 of 3", "jump": "2 of 3"}


def test_the_sentence_about_the_cells_counts_every_one(tmp_path: Path) -> None:
    asked = "growth_onto_new_only,uniform,add_then_remove_is_identity,replicas_distinct"
    chosen = f"jump,{of(tmp_path, 'modest', MODEST)}"
    code, rows = launch(tmp_path, "--effort", "2", "--algorithms", chosen, "--property", asked)
    assert code == 1
    assert KEPT in {row["verdict"] for row in rows.values()}
    (chapter,) = chapters.read([tmp_path / "out"])
    sentence = chapter.presentation.meaning[0]
    cells, *counts = map(int, re.findall(r"\d+", sentence))
    assert cells == len(rows) == sum(counts)
    assert "are not declared and were not refuted" in sentence


def test_what_is_excused_and_can_be_seen_is_refuted_all_the_same(tmp_path: Path) -> None:
    code, rows = launch(tmp_path, "--algorithms", "ring", "--property", "uniform")
    assert code == 0
    assert {row["verdict"] for row in rows.values()} == {NOT_DECLARED_REFUTED}
    assert set(rows) == {"ring uniform", "ring:serves=successor uniform"}
    assert "over all nodes, below the level" in rows["ring uniform"]["counterexample"]


def test_a_newcomer_that_lies_is_caught(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    liar = of(tmp_path, "liar", LIAR)
    code, rows = launch(tmp_path, "--algorithms", liar, "--property", "growth_onto_new_only")
    assert code == 1
    assert rows["liar growth_onto_new_only"]["verdict"] == BROKEN
    printed = capsys.readouterr()
    assert "failed: liar, growth_onto_new_only: declared (MINIMAL_MOVEMENT) and refuted" in printed.err
    assert "FAILS" in printed.out
    # a terminal folds long paths wherever it must, so white space is left out on both sides
    assert f"--replay'{liar}growth_onto_new_only".replace(" ", "") in "".join(printed.out.split())


def test_a_newcomer_must_say_what_it_keeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    modest = of(tmp_path, "modest", MODEST)
    asked = "add_then_remove_is_identity,replicas_distinct,uniform"
    code, rows = launch(tmp_path, "--algorithms", f"{modest}:serves=predecessor", "--property", asked)
    assert code == 1
    assert rows["modest:serves=predecessor add_then_remove_is_identity"]["verdict"] == KEPT
    said = capsys.readouterr().err
    assert "REVERSIBLE is not declared, but no counterexample was found" in said
    assert "modest gives no reason in Spec.lacks for lacking REPLICAS" in said
    assert "uniform" not in said


def test_every_counterexample_can_be_tried_again(tmp_path: Path) -> None:
    """All of them, as they are printed: folded."""
    asked = (
        "growth_onto_new_only,removal_from_removed_only,one_weight_moves_one_node,add_then_remove_is_identity"
    )
    chosen = ["--algorithms", "modulo,key_range,table", "--property", f"{asked},ordered"]
    _, rows = launch(tmp_path, "--effort", "1", *chosen)
    refuted = [row for row in rows.values() if row["verdict"] == NOT_DECLARED_REFUTED]
    assert len(refuted) == 8
    for number, row in enumerate(refuted):
        text = f"{row['selection']} {row['property']} {row['replay']}".replace(", ", ",\n   ")
        code, again = launch(tmp_path / str(number), "--replay", text)
        assert code == 0
        assert [found["counterexample"] for found in again.values()] == [row["counterexample"]]


def test_an_example_need_not_refute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run.main(["properties", "--out", str(tmp_path), "--replay", MODULO.replace("modulo", "jump")])
    assert code == 0
    assert "The example does not refute the property." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("nonsense", "is no example"),
        ("modulo growth_onto_new_only [__import__('os')]", "is no example"),
        ("modulo growth_onto_new_only {}", "is no example"),
        ("modulu growth_onto_new_only []", "no algorithm is named 'modulu'"),
        ("modulo growth_onto_new_onli [[]]", "did you mean 'growth_onto_new_only'"),
        ("modulo growth_onto_new_only [[]]", "asks for more than the 1 values given"),
        ('modulo growth_onto_new_only [[Node("a")], 7, 0, []]', "the values do not fit"),
        ('modulo growth_onto_new_only [[Node("a")], {"hash_bits": 99}, 0, []]', "the values do not fit"),
        ("ring uniform []", "draws no example"),
        ("jump replicas_distinct []", "cannot be asked of jump: a key has one answer"),
    ],
)
def test_a_bad_example_is_refused(
    text: str, because: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert launch(tmp_path, "--replay", text)[0] == 2
    assert because in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_bad_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for typed, because in (
        (["--property", "orderd"], "did you mean 'ordered'"),
        (["--algorithms", "ring:hash=crc32"], "fixes hash, which the search varies"),
        (["--set", "ring.hash_bits=8"], "fixes hash_bits"),
        (["--nodes", "3"], "the search draws the nodes"),
    ):
        assert launch(tmp_path, *typed)[0] == 2
        assert because in capsys.readouterr().err


def test_a_search_depends_on_its_seed_alone(tmp_path: Path) -> None:
    """Not on what the process has imported: here it is a test suite, there the command alone."""
    asked = "add_then_remove_is_identity,growth_onto_new_only,one_weight_moves_one_node,uniform"
    values = {"algorithms": "table,key_range", "effort": 30, "seed": 3, "property": asked}
    here = runner.run(EXPERIMENT, PropertiesParameters.build(values), profile="smoke", out=tmp_path / "here")
    flags = [part for name, value in values.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "experiments.run", "properties", "--profile", "smoke", *flags]
    subprocess.run([*command, "--out", tmp_path / "there"], cwd=ROOT, check=True, capture_output=True)
    for path in here.files:
        if path.name != "run.json":
            there = tmp_path / "there" / path.relative_to(here.folder)
            assert path.read_bytes() == there.read_bytes(), path.name


def test_the_matrix_has_every_property_and_every_variant() -> None:
    cells = cells_of(["all"], [], [])
    assert {cell.check.name for cell in cells} == {check.name for check in checks()}
    labels = list(dict.fromkeys(cell.label for cell in cells))
    assert set(names()) <= set(labels)
    assert "ring:serves=successor" in labels
    assert len(cells) == len(labels) * len(checks())


def test_a_variant_is_there_once() -> None:
    cells = cells_of(["ring", "ring:serves=successor", "ring:points=3"], ["ring.points=7"], ["ordered"])
    assert [(cell.label, cell.selection) for cell in cells] == [
        ("ring", "ring:points=7"),
        ("ring:serves=successor", "ring:serves=successor:points=7"),
        ("ring:points=3", "ring:points=3"),
        ("ring:points=3:serves=successor", "ring:points=3:serves=successor"),
    ]


def test_levels_do_not_depend_on_what_is_asked() -> None:
    alone = cells_of(["ring:serves=successor"], [], ["uniform"])[0]
    among = {cell.label: cell for cell in cells_of(["ring"], [], []) if cell.check.name == "uniform"}
    assert alone.level == among["ring:serves=successor"].level


def test_values_are_read_as_they_were_written() -> None:
    values = [
        [Node("a b"), Node("\0\n\"'\\"), Node("\U0001f600é節点", 1 / 3)],
        {"hash": "crc32", "seed": 2**64 - 1},
        b"\0'\"\xff",
        -1,
        0.1,
        True,
        None,
        {"a": 2.0},
        [],
        "[",
    ]
    text = write(values)
    assert text is not None
    assert read(f"x:points=3 y {text}").values == values
    assert read(f"x:points=3 y {text.replace(' ', chr(10) + '  ')}").values == values


def test_values_that_no_text_can_give_are_not_written() -> None:
    assert write([[{"add": ["a"]}, (ValueError,)]]) is None


def test_a_player_gives_the_values_in_their_order() -> None:
    player = Player([1, "b"])
    assert [player.draw(None), player.draw(None, label="x")] == [1, "b"]
    with pytest.raises(BadUse, match="asks for more than the 2 values"):
        player.draw(None)
