"""The page in a browser: what is drawn, and what a click changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from algorithms import names, spec_of
from experiments import run
from experiments.harness.chapters import read
from experiments.report import html
from experiments.report.document.chapter import Chapter

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
from pages import charts_of

WANTED = "SHARDLAB_BROWSER"
"""The environment variable with which a missing browser is a failure, and not a reason to skip."""


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

    def opened(*, unfolded: bool = True, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address, timeout=120_000)
        settle(page)
        if unfolded and page.locator("#unfold").count():
            page.click("#unfold")
            page.evaluate("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
            settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url for url in requests if not url.startswith("data:")} == {address}


def marks_of_labels(page: Page) -> list[int]:
    """Return the same of the charts that are about algorithms: that of claims is not."""
    ask = "charts => charts.map(chart => chart.querySelector('.legend button') !== null)"
    about = page.eval_on_selector_all(".chart", ask)
    return [count for count, is_about in zip(marks(page), about, strict=True) if is_about]


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


def test_the_legend_names_the_law_beside_the_algorithms(visit: Callable[..., Page]) -> None:
    page = visit()
    law = page.locator("[id$=chart-each] .legend span")
    assert law.inner_text() == "ideal"
    assert law.locator("svg line").count() == 1
    assert page.locator("[id$=chart-bytes-nodes] .legend span").count() == 0


def test_the_legend_of_a_chart_of_dots_names_the_marks_of_the_law(visit: Callable[..., Page]) -> None:
    page = visit()
    law = page.locator("[id$=chart-movement] .legend span")
    assert law.inner_text() == "law"
    line = law.locator("svg line")
    assert (line.get_attribute("x1"), line.get_attribute("y1")) == (None, "-6"), "a mark is upright"


@pytest.fixture(scope="module")
def of_all(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a page on which all algorithms of the suite are: a minute, as each has processes of its own."""
    folder = tmp_path_factory.mktemp("all")
    typed = ["memory", "--nodes", "4,16", "--algorithms", "all", "--quiet", "--out", str(folder / "run")]
    assert run.main(typed) == 0
    html.write(read([folder / "run"]), folder / "page.html")
    return (folder / "page.html").as_uri()


@pytest.fixture
def many(browser: Browser, of_all: str) -> Iterator[Page]:
    """Open a page on which all algorithms of the suite are."""
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(of_all, timeout=120_000)
    settle(page)
    yield page
    page.close()
    assert complaints == []


def test_a_family_is_shown_and_hidden_as_a_whole_by_the_keyboard_too(many: Page) -> None:
    jumps = [name for name in names() if spec_of(name).family == "jumps"]
    whole = many.locator("[data-family=jumps]")
    assert whole.locator("xpath=..").locator("[data-chip]").count() == len(jumps) > 1
    many.click("[data-chip=jump]")
    assert whole.get_attribute("aria-pressed") == "mixed"
    whole.focus()
    for key, pressed in (("Enter", "true"), ("Space", "false")):
        many.keyboard.press(key)
        assert whole.get_attribute("aria-pressed") == pressed
        assert {many.get_attribute(f"[data-chip={name}]", "aria-pressed") for name in jumps} == {pressed}
        assert all((rows_of(many, name) > 0) == (pressed == "true") for name in jumps)
    alone = [name for name in names() if spec_of(name).family == "ranges"]
    assert many.locator("[data-family=ranges]").count() == (len(alone) > 1)


def test_of_very_many_those_keep_their_colour_that_stand_for_a_family(many: Page) -> None:
    colour = "(chart, label) => getComputedStyle(chart.querySelector(`[data-label=${label}] path`)).fill"

    def fill(label: str) -> str:
        chart = many.locator(".chart").first
        return str(chart.evaluate(colour.replace("(chart, label)", "chart").replace("${label}", label)))

    faint = fill("flip")
    assert {fill("choose"), fill("carp")} == {faint} != {fill("jump"), fill("jumpback")}
    many.locator(".chart .legend button", has_text="flip").first.hover()
    assert fill("flip") != faint == fill("choose"), "who is pointed at has its colour"
    many.mouse.move(1, 1)
    for family in ("removals", "baselines", "rings", "tables", "deployed"):
        many.click(f"[data-family={family}]")
    settle(many)
    assert fill("flip") != faint, "few are told apart by their colours"


def test_a_page_of_one_experiment_draws_its_charts(
    browser: Browser, chapters: tuple[Chapter, ...], tmp_path: Path
) -> None:
    (sequence,) = [chapter for chapter in chapters if chapter.name == "sequence"]
    html.write([sequence], tmp_path / "page.html")
    complaints: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri(), timeout=120_000)
    settle(page)
    assert complaints == []
    assert len(marks(page)) == len(charts_of(sequence))
    assert all(marks(page))
    page.close()


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


CLAIMED = "[data-experiment=claims] tbody tr:not([hidden]) .verdict"


def test_it_asks_first_what_is_needed_and_folds_the_rest(visit: Callable[..., Page]) -> None:
    page = visit(unfolded=False)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 12 * 900
    assert page.locator("main > section").first.get_attribute("id") == "chooser"
    box = page.locator("#chooser-table tbody tr:not([hidden])").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900, "the answer is on the first screen"
    rows = page.locator("#chooser-table tbody tr:not([hidden]):not(.empty)")
    asked = page.locator("#chooser select")

    def nodes() -> set[str]:
        return set(page.locator("#chooser-table tbody tr:not([hidden]) td:nth-child(2)").all_inner_texts())

    assert nodes() == {"4"}
    able = rows.count()
    asked.nth(0).select_option(label="9")
    assert nodes() == {"9"}
    asked.nth(1).select_option(label="nobody")
    assert rows.count() > able  # jump lets the last node go, and no other
    asked.nth(2).select_option(label="different")
    assert "jump" not in page.locator("#chooser-table tbody tr:not([hidden]) th").all_inner_texts()
    first = rows.first.get_attribute("data-algorithm")
    assert page.locator(".answer").inner_text().endswith(f"the first to look at is {first}.")
    assert page.locator("tr.best").get_attribute("data-algorithm") == first
    # a link opens the chapter that it leads to
    link = page.locator(".contents a", has_text="Balance")
    chapter = page.locator("[data-experiment=balance] > details")
    assert chapter.get_attribute("open") is None
    link.click()
    settle(page)
    assert chapter.get_attribute("open") is not None
    plot = page.locator("[data-experiment=balance] .plot svg").first.bounding_box()
    assert plot is not None
    assert plot["width"] > 500


def test_claims_are_filtered_by_verdict_and_by_words(visit: Callable[..., Page]) -> None:
    page = visit()
    rows = page.locator("[data-experiment=claims] .whole > figure.table tbody tr:not([hidden]):not(.empty)")
    every = rows.count()
    assert page.locator(".claims-verdicts [aria-pressed=true]").inner_text() == "refuted or open"
    assert not any("confirmed" in text for text in page.locator(CLAIMED).all_inner_texts())
    page.locator(".claims-verdicts button", has_text="all").click()
    assert rows.count() > every
    page.locator(".claims-verdicts button").get_by_text("refuted", exact=True).click()
    refuted = rows.count()
    assert 0 < refuted <= every
    assert set(page.locator(CLAIMED).all_inner_texts()) <= {
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
    page.locator("#summary summary").click()
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


def marks(page: Page) -> list[int]:
    """Return how many points and bars each chart shows."""
    settle(page)
    count = """() => [...document.querySelectorAll('.plot')].map(
        plot => plot.querySelectorAll('.mark-symbol.role-mark path, .mark-rect.role-mark path').length)"""
    found: list[int] = page.evaluate(count)
    return found


def settle(page: Page) -> None:
    """Wait until all charts show what was asked for."""
    page.wait_for_selector("html[data-ready=true]", timeout=120_000)
