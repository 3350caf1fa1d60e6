"""The HTML report: what is in the page, and what a reader can do with it in a browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_experiment import FAKE, find

from algorithms import create
from experiments import run
from experiments.harness.chapters import read
from experiments.options.errors import BadUse
from experiments.report import html
from experiments.report.document.chapter import Chapter
from experiments.report.figures.palette import _COLOURS, _GREYS, _MARKERS, on_dark
from experiments.report.html import ring, vega
from experiments.report.html.labels import SHAPES, Labels
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.escapes import unbroken
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    pass
from pages import SMALL, charts_of

EVIL = "<script>alert(1)</script>"


class Outline(HTMLParser):
    """What the tests ask of a page: its elements, whether they are closed, and what it would fetch."""

    VOID = frozenset({"meta", "link", "input", "img", "wbr", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.errors: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.errors.append(tag)

    def of(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and (not kind or kind in (attributes.get("class") or "").split())
        ]


@pytest.fixture(scope="module")
def outline(page_text: str) -> Outline:
    return Outline(page_text)


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


# ------------------------------------------------------------------------------------------- what is in it


def test_the_page_is_well_formed_and_its_identifiers_are_unique(outline: Outline) -> None:
    assert (outline.errors, outline.open) == ([], [])
    identifiers = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    links = [str(attributes["href"]) for attributes in outline.of("a")]
    assert {link.removeprefix("#") for link in links} <= set(identifiers)


def test_nothing_is_fetched(outline: Outline) -> None:
    for _, attributes in outline.elements:
        for name in ("src", "href", "srcset", "action", "poster"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
    (policy,) = [meta["content"] for meta in outline.of("meta") if meta.get("http-equiv")]
    assert str(policy).startswith("default-src 'none'")


def test_every_table_of_every_chapter_is_there_once(chapters: tuple[Chapter, ...], outline: Outline) -> None:
    shown = [str(figure["id"]) for figure in outline.of("figure", "table")]
    for chapter in chapters:
        for table in chapter.presentation.tables:
            assert shown.count(f"{chapter.name}-{chapter.profile}-{table.name}") == 1
    assert len(outline.of("caption")) == len(outline.of("table")) == len(shown)


def test_series_that_are_no_algorithms_have_colours_and_no_filter(chapters: tuple[Chapter, ...]) -> None:
    labels = Labels.of(chapters)
    drawn = {one["label"]: one for one in labels.drawn()}
    (servers,) = [chapter for chapter in chapters if chapter.name == "servers"]
    (chart,) = charts_of(servers)
    edits = {str(row["label"]) for row in vega.records(chart)}
    assert edits == {"add", "delete", "down", "weight"}
    assert {drawn[edit]["algorithm"] for edit in edits} == {None}
    assert len({drawn[edit]["light"] for edit in edits}) == len(edits)
    assert not edits & set(labels.algorithms)
    assert labels.find("add") is None
    axis = vega.specification(chart)["encoding"]["y"]
    assert axis["sort"] == ["nginx hash", "HAProxy consistent"]


def test_every_experiment_with_charts_has_some_and_each_has_rows(chapters: tuple[Chapter, ...]) -> None:
    drawn = {chapter.name: [chart.name for chart in charts_of(chapter)] for chapter in chapters}
    assert all(vega.records(chart) for chapter in chapters for chart in charts_of(chapter))
    assert drawn == {
        "scaling": ["movement", "needless", "balance"],
        "balance": ["cv-points", "spread", "max-nodes"],
        "properties": [],
        "claims": ["verdicts"],
        "throughput": ["cost-nodes", "peers-nodes"],
        "resize": ["events-nodes", "lookups-nodes"],
        "memory": ["bytes-nodes"],
        "sequence": ["steps", "each"],
        "hashes": ["ratio"],
        "cost": ["steps-nodes", "steps-removals", "steps-orders"],
        "laws": ["evenness"],
        "servers": ["moved"],
        "advise": [],
    }
    # what is timed is at a glance where the machine can be trusted
    glanced = {chapter.name for chapter in chapters if chapter.presentation.glance}
    assert glanced | {"throughput", "resize"} == set(SMALL) - {
        "claims",
        "sequence",
        "hashes",
        "cost",
        "laws",
        "servers",
        "advise",
    }


def test_charts_hold_what_was_stored(chapters: tuple[Chapter, ...]) -> None:
    (scaling,) = [chapter for chapter in chapters if chapter.name == "scaling"]
    (chart,) = [chart for chart in charts_of(scaling) if chart.name == "movement"]
    rows = scaling.results.rows
    for row in vega.records(chart):
        event = {"add": "add:1", "remove": "remove:last", "one": "weight:2"}[row["event"].split()[0]]
        same = (rows["label"] == row["label"]) & (rows["event"] == event) & (rows["method"] == "sampled")
        mean = rows[same]["movement"].mean()
        assert row["movement"] == (None if np.isnan(mean) else pytest.approx(mean, rel=1e-8))
    assert sum(row["movement"] is not None for row in vega.records(chart)) > 8


def test_specifications_are_vega_lite(chapters: tuple[Chapter, ...]) -> None:
    import vl_convert

    for chapter in chapters:
        for chart in charts_of(chapter):
            described = vega.described(chart)
            text = re.sub(r'"algorithms:order"', "null", json.dumps(described["spec"]))
            spec = json.loads(re.sub(r'"algorithms:\w+"', "{}", text)) | {
                "data": {"values": described["rows"]}
            }
            assert vl_convert.vegalite_to_vega(spec, vl_version="v6.4")["marks"]


def test_methods_are_those_of_the_chapters(chapters: tuple[Chapter, ...], page_text: str) -> None:
    said = [method for chapter in chapters for method in chapter.presentation.methods]
    assert said
    # a number and its unit are bound to one line
    assert all(unbroken(method) in unescape(page_text) for method in said)


def test_figures_that_no_chart_replaces_are_drawn(chapters: tuple[Chapter, ...], outline: Outline) -> None:
    figures = {figure.name for chapter in chapters for figure in chapter.presentation.drawn()}
    assert {"movement", "cv-points", "loads"} <= figures
    kept = ["loads"]
    assert [str(one["id"]).split("-figure-")[1] for one in outline.of("figure", "drawing")] == kept
    assert {str(image["src"])[:26] for image in outline.of("img")} == {"data:image/svg+xml;base64,"}


def test_the_matrix_has_a_counterexample_and_its_replay_in_every_refuted_cell(
    chapters: tuple[Chapter, ...], outline: Outline
) -> None:
    (properties,) = [chapter for chapter in chapters if chapter.name == "properties"]
    rows = properties.results.rows
    cells = outline.of("button", "cell")
    assert len(cells) == len(rows)
    tips = {str(cell["data-tip-title"]): str(cell["data-tip"]) for cell in cells}
    refuted = rows[rows["counterexample"].notna()]
    assert len(refuted) > 4
    for row in refuted.to_dict("records"):
        tip = tips[f"{row['label']}, {row['property']}: {row['verdict']}"]
        assert f"Counterexample\t{' '.join(row['counterexample'].split())}" in tip
        assert "Try it\tpython -m experiments.run properties --" in tip


def test_the_same_results_give_the_same_bytes(
    chapters: tuple[Chapter, ...], page_text: str, tmp_path: Path
) -> None:
    html.write(chapters, tmp_path / "deep" / "page.html")
    assert (tmp_path / "deep" / "page.html").read_text("utf-8") == page_text
    assert all(chapter.results.facts["started"][:13] not in page_text for chapter in chapters)


def test_an_experiment_that_declares_no_charts_is_shown_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = ["--profile", "smoke", "--quiet", "--drawn", "yes", "--refuted", "yes"]
    assert run.main(["fake", *flags], find=find) == 1
    outline = Outline(html.render(read(list(Path("results/fake").iterdir()), find=find)))
    assert len(outline.of("img")) == 1
    assert [figure["id"] for figure in outline.of("figure", "table")][:1] != []
    assert len(outline.of("div", "alert")) == 1


def test_a_page_without_algorithms_offers_none_to_choose(chapters: tuple[Chapter, ...]) -> None:
    (servers,) = [chapter for chapter in chapters if chapter.name == "servers"]
    (sequence,) = [chapter for chapter in chapters if chapter.name == "sequence"]
    for chapter, offered in ((servers, False), (sequence, True)):
        text = html.render([chapter])
        outline = Outline(text)
        assert (outline.errors, outline.open) == ([], [])
        assert ('data-select="all"' in text.split("<main")[0]) is offered
        assert ("<h3>The algorithms</h3>" in text) is offered


def test_a_report_of_one_chapter_is_about_that_chapter(chapters: tuple[Chapter, ...]) -> None:
    (sequence,) = [chapter for chapter in chapters if chapter.name == "sequence"]
    text = html.render([sequence])
    outline = Outline(text)
    assert (outline.errors, outline.open) == ([], [])
    (heading,) = re.findall(r"<h1>(.*?)</h1>", text)
    assert unescape(heading) == unbroken(sequence.title[:1].upper() + sequence.title[1:])
    assert "<title>Shardlab: sequence</title>" in text
    assert "with 4 algorithms." in unbroken(text).replace("\u00a0", " ")
    identifiers = {attributes.get("id") for _, attributes in outline.elements}
    assert not identifiers & {"ring", "ring-svg", "summary"}  # it adds no column to the glance
    assert not {"#ring", "#summary"} & {str(link["href"]) for link in outline.of("a")}
    assert "ring" not in data_of(text)
    assert 'find("ring-svg")' not in text


def test_the_ring_is_of_algorithms_of_the_report(chapters: tuple[Chapter, ...], page_text: str) -> None:
    assert [one["name"] for one in data_of(page_text)["ring"]["algorithms"]] == ["ring", "key_range"]
    text = html.render([replace(evil_chapter(), name=name) for name in "ab"])
    assert 'id="ring"' not in text
    assert "ring" not in data_of(text)


def evil_chapter() -> Chapter:
    frame = pd.DataFrame(
        {"label": [EVIL, '"onload="x'], "algorithm": [EVIL, '"onload="x'], "moved": [0.5, 0.1]}
    )
    table = Table("evil", EVIL, frame, EVIL, notes=[EVIL])
    presentation = Presentation(tables=[table], meaning=[EVIL], failures=[EVIL])
    facts = {"command": ["python", EVIL], "versions": {"x": EVIL}, "commit": EVIL}
    parameters = FAKE.profile("smoke")
    return Chapter("evil", "full", Path(EVIL), Results(parameters, frame, None, facts), presentation)


def test_names_of_outsiders_are_text() -> None:
    text = html.render([evil_chapter()])
    outline = Outline(text)
    assert (outline.errors, outline.open) == ([], [])
    assert EVIL not in text
    assert all("onload" not in attributes for _, attributes in outline.elements)
    assert [label["label"] for label in data_of(text)["labels"]] == ['"onload="x', EVIL]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "NEEDED", {"no_such_module": "no-such-package"})
    with pytest.raises(BadUse, match=r"needs no-such-package, which is not installed; .*shardlab\[report\]"):
        html.render([evil_chapter()])


# ------------------------------------------------------------------------------------- the ring and colours


def test_the_ring_is_a_real_one() -> None:
    drawn = ring.drawn()
    (circle,) = [one for one in drawn["algorithms"] if one["name"] == "ring"]
    four = circle["rings"][ring.POINTS.index(8)][2]
    arcs = create("ring", list("abcd"), points=8).arcs()
    assert four["arcs"][1::2] == arcs.bucket.tolist()
    assert four["arcs"][::2] == [start * ring.FINE >> 64 for start in arcs.start.tolist()]
    assert four["shares"] == [round(share / 2**64, 6) for share in arcs.shares().values()]
    # whatever moves goes to the new node, whose share is therefore what moves
    assert four["moved"] == four["shares"][3]
    assert four["needless"] == 0


def test_who_takes_no_ring_of_one_point_is_drawn_as_it_is_by_default() -> None:
    drawn = {one["name"]: one for one in ring.drawn({"ring", "ketama_weighted"})["algorithms"]}
    assert (drawn["ring"]["points"], len(drawn["ring"]["rings"])) == (True, len(ring.POINTS))
    assert (drawn["ketama_weighted"]["points"], len(drawn["ketama_weighted"]["rings"])) == (False, 1)


def test_no_more_arcs_are_drawn_than_can_be_told_apart() -> None:
    for algorithm in ring.drawn()["algorithms"]:
        for grown in algorithm["rings"]:
            assert all(len(one["arcs"]) <= 2 * ring.MOST_ARCS for one in grown), algorithm["name"]
            assert all(abs(sum(one["shares"]) - 1) < 1e-5 for one in grown), "shares are of all arcs"


def test_ranges_move_what_their_law_says() -> None:
    (ranges,) = [one for one in ring.drawn()["algorithms"] if one["name"] == "key_range"]
    assert [one["moved"] for one in ranges["rings"][0]] == [0.5] * (ring.MOST_NODES - 1)
    assert all(one["needless"] > 0 for one in ranges["rings"][0][1:])


def test_every_marker_has_a_shape_and_dark_colours_stay_apart() -> None:
    assert SHAPES.keys() == set(_MARKERS)
    dark = [on_dark(colour) for colour in (*_COLOURS, *_GREYS)]
    assert len(set(dark)) == len(dark)
    assert on_dark("#E69F00") == "#E69F00"


def test_labels_share_the_colour_of_their_algorithm(chapters: tuple[Chapter, ...]) -> None:
    drawn = {one["label"]: one for one in Labels.of(chapters).drawn()}
    ten, many = drawn["ring:points=10"], drawn["ring:points=160"]
    assert ten["light"] == many["light"] == drawn["ring"]["light"]
    assert len({ten["shape"], many["shape"], drawn["ring"]["shape"]}) == 3
