"""The HTML report: what is in the page, and what a reader can do with it in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_experiment import FAKE, find

from algorithms import create, spec_of
from experiments import run
from experiments.harness.chapters import read
from experiments.options.errors import BadUse
from experiments.report import html
from experiments.report.chart import Chart
from experiments.report.document.chapter import Chapter
from experiments.report.figures.palette import _COLOURS, _GREYS, _MARKERS, on_dark
from experiments.report.html import ring, vega
from experiments.report.html.labels import SHAPES, Labels
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.escapes import unbroken
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SMALL = {
    "scaling": "--nodes 4 --keys 2000 --repetitions 2 --event add:1,remove:last,weight:2",
    "balance": "--profile smoke --keys 2000 --repetitions 2 --workload uniform",
    "properties": "--property ordered,growth_onto_new_only,arcs_tile_the_space --effort 1",
    "claims": "--keys 2000 --repetitions 5 --claim folklore",
    "throughput": "--nodes 4,16 --keys 2000 --rounds 2 --mode batch,single --milliseconds 1",
    "resize": "--nodes 4,16 --rounds 2",
    "memory": "--nodes 4,16",
    "sequence": "--nodes 4 --keys 2000 --repetitions 2",
    "hashes": "--nodes 4 --keys 2000 --repetitions 2 --hash xxh64,identity",
    "cost": "--nodes 4,16 --start 10 --removed 0.5,0.8 --keys 500 --repetitions 2",
}
FEW = ["--algorithms", "ring,jump,key_range,modulo"]
"""Experiments that have charts, and flags that keep their runs small."""

WANTED = "SHARDLAB_BROWSER"
"""The environment variable with which a missing browser is a failure, and not a reason to skip."""

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Chapter, ...]:
    folder = tmp_path_factory.mktemp("results")
    for name, flags in SMALL.items():
        few = [] if name == "claims" else FEW
        assert run.main([name, "--quiet", "--out", str(folder / name), *few, *flags.split()]) in (0, 1)
    return read([folder / name for name in SMALL])


@pytest.fixture(scope="module")
def page_text(chapters: tuple[Chapter, ...]) -> str:
    return html.render(chapters)


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


def charts_of(chapter: Chapter) -> list[Chart]:
    """Return the charts of a chapter that have anything to see."""
    return [chart for chart in chapter.presentation.charts if not chart.is_empty]


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
    }
    assert {chapter.name for chapter in chapters if chapter.presentation.glance} == set(SMALL) - {
        "claims",
        "sequence",
        "hashes",
        "cost",
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


# ---------------------------------------------------------------------------------------------- a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api") if WANTED not in os.environ else None
    if sync_api is None:
        from playwright import sync_api  # demanded: its absence is an error
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        assert WANTED not in os.environ, f"{WANTED} is set, and there is no Chromium here"
        pytest.skip("there is no Chromium here; on Debian: apt install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(page_text: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "shardlab.html"
    path.write_text(page_text, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open the page; afterwards it must have asked for nothing and complained of nothing."""
    requests, complaints, contexts = [], [], []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address, timeout=120_000)
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url for url in requests if not url.startswith("data:")} == {address}


def marks(page: Page) -> list[int]:
    """Return how many points and bars each chart shows."""
    settle(page)
    count = """() => [...document.querySelectorAll('.plot')].map(
        plot => plot.querySelectorAll('.mark-symbol.role-mark path, .mark-rect.role-mark path').length)"""
    found: list[int] = page.evaluate(count)
    return found


def marks_of_labels(page: Page) -> list[int]:
    """Return the same of the charts that are about algorithms: that of claims is not."""
    ask = "charts => charts.map(chart => chart.querySelector('.legend button') !== null)"
    about = page.eval_on_selector_all(".chart", ask)
    return [count for count, is_about in zip(marks(page), about, strict=True) if is_about]


def settle(page: Page) -> None:
    """Wait until all charts show what was asked for."""
    page.wait_for_selector("html[data-ready=true]", timeout=120_000)


def rows_of(page: Page, algorithm: str) -> int:
    return page.locator(f"tbody tr[data-algorithm='{algorithm}']:not([hidden])").count()


def test_it_renders_and_each_chart_has_marks(
    visit: Callable[..., Page], chapters: tuple[Chapter, ...]
) -> None:
    page = visit()
    assert len(marks(page)) == sum(len(list(charts_of(chapter))) for chapter in chapters)
    assert all(marks(page))
    assert page.locator("#ring-svg path").count() > 20
    assert "move" in page.locator("#ring-says").inner_text()


def test_one_filter_changes_all_charts_and_tables(visit: Callable[..., Page]) -> None:
    page = visit()
    before, rows = marks_of_labels(page), rows_of(page, "ring")
    page.click("[data-select=none]")
    assert rows_of(page, "jump") == rows_of(page, "ring") == 0
    assert marks_of_labels(page) == [0] * len(before)
    page.click("[data-chip=ring]")
    assert (rows_of(page, "ring"), rows_of(page, "jump")) == (rows, 0)
    assert page.locator("th[data-algorithm=jump]:visible").count() == 0
    some = marks_of_labels(page)
    assert all(0 < now <= then for now, then in zip(some, before, strict=True))
    assert sum(some) < sum(before) / 2
    page.click("[data-select=all]")
    assert marks_of_labels(page) == before
    # the legend of a chart is the same filter
    page.locator(".chart .legend button", has_text="jump").first.click()
    assert page.get_attribute("[data-chip=jump]", "aria-pressed") == "false"
    assert rows_of(page, "jump") == 0


def test_an_axis_can_be_made_logarithmic(visit: Callable[..., Page]) -> None:
    page = visit()
    chart = page.locator("[id$=chart-movement]")
    point = chart.locator(".mark-symbol path").first
    before = point.get_attribute("transform")
    chart.locator("[data-log=x]").check()
    settle(page)
    assert point.get_attribute("transform") != before


def test_the_page_is_dark_where_the_system_is_and_can_be_changed(visit: Callable[..., Page]) -> None:
    colour = "() => getComputedStyle(document.body).backgroundColor"
    ink = "() => getComputedStyle(document.querySelector('.plot text')).fill"
    light, dark = visit(color_scheme="light"), visit(color_scheme="dark")
    assert light.evaluate(colour) != dark.evaluate(colour)
    assert light.evaluate(ink) != dark.evaluate(ink)
    was = light.evaluate(colour)
    light.click("#theme")
    assert light.evaluate(colour) == dark.evaluate(colour)
    light.emulate_media(media="print")
    assert light.evaluate(colour) == "rgb(255, 255, 255)" != was


def test_a_cell_of_the_matrix_shows_its_counterexample(visit: Callable[..., Page]) -> None:
    page = visit()
    cell = page.locator("button.cell.bad").first
    cell.hover()
    assert "COUNTEREXAMPLE" in page.locator("#tip").inner_text()
    cell.click()
    page.mouse.move(1, 1)
    assert page.locator("#tip").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()
    cell.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.locator("#tip").is_visible()


def test_claims_are_filtered_by_verdict_and_by_words(visit: Callable[..., Page]) -> None:
    page = visit()
    rows = page.locator("[data-experiment=claims] > figure.table tbody tr:not([hidden]):not(.empty)")
    every = rows.count()
    page.click(".claims-verdicts >> text=refuted")
    refuted = rows.count()
    assert 0 < refuted < every
    assert set(
        page.locator("[data-experiment=claims] tbody tr:not([hidden]) .verdict").all_inner_texts()
    ) <= {
        "refuted",
        "refuted!",
    }
    page.fill(".claims-search", "700 ln n")
    assert 0 < rows.count() < refuted
    assert page.locator(".claims-count").inner_text().startswith(f"{rows.count()} of ")


def test_the_ring_follows_its_sliders(visit: Callable[..., Page]) -> None:
    page = visit()
    shares = page.locator("#ring-shares .share")
    assert shares.count() == 4
    page.locator("#ring-nodes").fill("6")
    assert shares.count() == 6
    arcs = page.locator("#ring-svg path").count()
    page.locator("#ring-points").fill("0")
    assert page.locator("#ring-svg path").count() < arcs
    assert page.locator("#ring-algorithm option").first.inner_text().endswith(": ring")
    page.select_option("#ring-algorithm", label=f"{spec_of('key_range').title}: key_range")
    assert "for nothing" in page.locator("#ring-says").inner_text()


def test_columns_sort_and_a_phone_is_wide_enough(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 400, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    head = page.locator("#summary-table thead th", has_text="moved").first
    head.locator("button").click()
    place = head.evaluate("head => head.cellIndex")
    values = page.eval_on_selector_all(
        "#summary-table tbody tr",
        "(rows, place) => rows.map(row => Number(row.children[place].dataset.value))",
        place,
    )
    assert values == sorted(values)
    assert head.get_attribute("aria-sort") == "ascending"
