"""report.html in a real Chromium: sorting, filtering, switching arms; no console messages, no requests."""

import re
import time
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlab.comparison import compare_study, save
from cnnlab.comparison.headline import MOST_WORDS
from cnnlab.comparison.page import write_page
from cnnlab.outputs.status import write_status
from tests.comparison.study_maker import write_study

FOLLOWS = r"The sweep goes on, and this page follows it\. Written \d+ (s|min) ago\."
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: scripts/install test")

ARMS = {
    "optimizer=sgd": [0.70, 0.80, 0.90],
    "optimizer=momentum": [0.71, 0.79, 0.92],
    "optimizer=adam": [0.95, 0.84, 0.94],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("study"))
        comparison = compare_study(
            write_study(ARMS, more={"optimizer=adam": {"watch_test": True, "seconds": 9.0, "batch_size": 8}})
        )
        save(comparison, pictures=False)
        return (comparison.folder.path / "report.html").resolve().as_uri()


@pytest.fixture
def page(browser, address):
    """Open the page; at the end nothing has been said on the console, and nothing was asked for but the file."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    yield page
    page.close()
    assert said == []
    assert asked == [address]


def arms(page):
    return page.locator("#table tbody tr:visible th").evaluate_all(
        "all => all.map(e => e.firstChild.textContent.trim())"
    )


def ink(page, chart="curves"):
    """Return a chart's pixels, to tell whether it was drawn differently."""
    return page.locator(f"#{chart} canvas").evaluate("canvas => canvas.toDataURL()")


def test_arms_are_ranked_by_validation_at_first(page):
    assert arms(page) == ["adam", "momentum", "sgd"]


def test_click_on_a_heading_sorts_and_a_second_one_turns_it_round(page):
    heading = page.get_by_role("button", name="s per run")
    heading.click()
    assert arms(page)[0] == "adam"
    assert page.locator("th:has(button:text('s per run'))").get_attribute("aria-sort") == "descending"
    heading.click()
    assert arms(page)[-1] == "adam"
    page.get_by_role("button", name="optimizer").click()
    assert arms(page) == ["adam", "momentum", "sgd"]


def test_what_is_not_known_comes_last_in_both_directions(page):
    heading = page.get_by_role("button", name="difference")
    for _ in range(2):
        heading.click()
        assert arms(page)[-1] == "adam"


def test_filter_leaves_the_arms_that_hold_every_word(page):
    page.get_by_label("filter").fill("may MOM")
    assert arms(page) == ["momentum"]
    assert page.locator("#count").inner_text() == "1 of 3 arms"
    page.get_by_label("filter").fill("")
    assert len(arms(page)) == 3


def test_settings_are_shown_when_asked_for(page):
    assert not page.locator("th.setting").first.is_visible()
    page.get_by_label("settings that differ").check()
    assert page.locator("th.setting").first.is_visible()


def test_arm_is_switched_off_and_on_by_its_chip_and_its_row(page):
    before = ink(page)
    page.get_by_role("button", name="momentum", exact=True).click()
    assert not page.get_by_label("show momentum in the charts").is_checked()
    without = ink(page)
    assert without != before
    page.get_by_label("show momentum in the charts").check()
    assert page.get_by_role("button", name="momentum", exact=True).get_attribute("aria-pressed") == "true"
    assert ink(page) == before


def test_all_arms_may_be_switched_off(page):
    for name in ("sgd", "momentum", "adam"):
        page.get_by_role("button", name=name, exact=True).click()
    assert page.locator("#curves canvas").is_visible()


@pytest.mark.parametrize("choice", ["loss", "training", "test", "images", "seconds"])
def test_choices_change_the_curves(page, choice):
    before = ink(page)
    page.locator("#choices").get_by_label(choice).check()
    assert ink(page) != before


def test_hovering_shows_the_values_of_every_arm(page):
    page.locator("#curves .u-over").scroll_into_view_if_needed()
    box = page.locator("#curves .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50)
    lines = page.locator("#curves .tip").inner_text().split("\n")
    assert lines[0] == "epoch 3"
    assert lines[1:3] == ["adam", "91.00 % (84.00 to 95.00)"]


@pytest.mark.parametrize(("choice", "title"), [("seconds", "after 9.0 s"), ("images", "after 3,000 images")])
def test_hovering_over_what_it_took_shows_what_each_arm_had_reached(page, choice, title):
    page.locator("#choices").get_by_label(choice).check()
    page.locator("#curves .u-over").scroll_into_view_if_needed()
    box = page.locator("#curves .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50)
    text = page.locator("#curves .tip").inner_text()
    assert text.startswith(title)
    assert "sgd" in text


def test_arrow_keys_move_along_the_curves(page):
    page.locator("#curves").focus()
    for epoch in (1, 2, 3, 3):
        page.keyboard.press("ArrowRight")
        assert page.locator("#curves .tip b").inner_text() == f"epoch {epoch}"


def test_point_of_the_costs_names_its_arm(page):
    page.locator("#by-seconds").scroll_into_view_if_needed()
    box = page.locator("#by-seconds .u-over").bounding_box()
    found = set()
    for step in range(0, 101, 4):
        for height in range(0, 101, 20):
            page.mouse.move(box["x"] + box["width"] * step / 100, box["y"] + box["height"] * height / 100)
            tip = page.locator("#by-seconds .tip")
            if tip.count() and tip.is_visible():
                found.add(tip.inner_text().split("\n")[1])
    assert "adam" in found
    assert found & {"sgd", "momentum"}


def test_confusion_matrix_begins_with_the_best_arm_and_can_be_chosen(page):
    cells = page.locator("#confusion td")
    assert page.locator("#confusion-of option:checked").inner_text() == "adam"
    assert cells.all_inner_texts() == ["137", "13", "14", "136"]
    page.get_by_label("confusion matrix of").select_option("sgd")
    assert cells.all_inner_texts() == ["120", "30", "30", "120"]


@pytest.mark.parametrize("width", [1600, 400])
def test_changed_images_are_drawn_and_names_stand_for_those_that_are_not_there(browser, width):
    comparison = compare_study(write_study(ARMS))
    images = {index: np.full((1, 8, 8), index, dtype=np.uint8) for index in range(100)}
    write_page(comparison, pixels=lambda _, index: [images[place] for place in index])
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((comparison.folder.path / "report.html").resolve().as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.locator("#changes img").evaluate_all("all => all.map(e => [e.naturalWidth, e.clientWidth])")
    assert sizes == [[8, 96]] * 24
    page.close()
    write_page(comparison)
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((comparison.folder.path / "report.html").resolve().as_uri())
    assert page.locator("#changes .nothing").first.inner_text() == "test image 71"
    page.close()


def test_theme_is_switched_by_the_button_and_follows_the_system(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(21, 24, 27)"
    page.get_by_role("button", name="switch to light colours").click()
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.close()


def test_everything_can_be_reached_by_keyboard(page):
    page.locator("#theme").focus()
    name = "(e => e.id || e.textContent.trim() || e.ariaLabel)(document.activeElement)"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(name))
    assert {"filter", "settings", "verdict", "curves", "confusion-of", "sgd", "show adam in the charts"} <= reached


def test_page_is_legible_without_wide_screens(browser, address):
    page = browser.new_page(viewport={"width": 600, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
    page.close()


@pytest.mark.parametrize("width", [1600, 1000, 400])
def test_headline_of_at_most_15_words_stands_in_the_first_screen(browser, address, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    headline = page.locator("#verdict .first")
    assert len(headline.inner_text().split()) <= MOST_WORDS
    box = headline.bounding_box()
    assert 0 < box["y"] < box["y"] + box["height"] < 800
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    page.close()


def test_table_that_goes_on_sideways_fades_and_says_so(browser, address):
    page = browser.new_page(viewport={"width": 400, "height": 800})
    page.goto(address)
    table = page.locator("#arms .scroll")
    said = table.locator(".sideways")
    sync_api.expect(table).to_have_class("scroll more-right")
    assert said.inner_text() == "more columns →"
    assert table.get_attribute("tabindex") == "0"
    table.evaluate("box => box.scrollLeft = 30")
    sync_api.expect(table).to_contain_class("more-left")  # by steps: the page's policy forbids eval, as it should
    page.set_viewport_size({"width": 1280, "height": 800})
    sync_api.expect(table).to_have_class("scroll")
    assert not said.is_visible()
    page.close()


def test_costs_begin_at_zero_and_times_that_are_alike_are_left_out(browser, page):
    assert page.locator("#by-seconds").evaluate("host => charts.get(host).scales.x.min") == 0
    comparison = compare_study(write_study(ARMS))
    write_page(comparison)
    without = browser.new_page()
    without.goto((comparison.folder.path / "report.html").resolve().as_uri())
    assert not without.locator("#by-seconds-figure").is_visible()
    assert "by no more than runs of one arm do" in without.locator("#cost").inner_text()
    without.close()


def test_no_line_leaves_the_frame_of_the_costs(page):
    inside = """host => {
      const { min, max } = charts.get(host).scales.y;
      const drawn = data.arms.flatMap(({ test }) => [test.low, test.mean, test.high]);
      return drawn.every((end) => end === null || (100 * end > min && 100 * end < max));
    }"""
    assert page.locator("#by-seconds").evaluate(inside)


def test_curves_of_one_epoch_are_left_out(browser):
    comparison = compare_study(write_study(ARMS, more={name: {"epochs": 1} for name in ARMS}))
    write_page(comparison)
    page = browser.new_page()
    page.goto((comparison.folder.path / "report.html").resolve().as_uri())
    assert not page.locator("#learning").is_visible()
    assert page.locator("#cost").is_visible()
    page.close()


@pytest.mark.parametrize("width", [1280, 600, 400])
def test_long_names_leave_the_charts_their_room(browser, width):
    arms = {f"{'a-long-name-' * 7}{number}": [0.9 - number / 50, 0.8] for number in range(3)}
    more = {name: {"seconds": 2.0 + place} for place, name in enumerate(arms)}
    comparison = compare_study(write_study(arms, more=more))
    save(comparison, pictures=False)
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((comparison.folder.path / "report.html").resolve().as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for chart in ("curves", "by-seconds"):
        outer, plot = page.locator(f"#{chart}").bounding_box(), page.locator(f"#{chart} .u-over").bounding_box()
        assert plot["width"] > 0.5 * outer["width"]
    if width == 1280:
        table = page.locator("#table").bounding_box()
        assert table["width"] <= page.locator("#arms .scroll").bounding_box()["width"]
    page.close()


def test_hundred_runs_of_a_hundred_epochs_open_within_two_seconds(browser):
    arms = {f"optimizer=o{i} epochs=100": [0.5 + i / 100 + seed / 500 for seed in range(4)] for i in range(25)}
    more = {name: {"watch_test": True} for name in arms}
    comparison = compare_study(write_study(arms, more=more))
    save(comparison, pictures=False)
    file = comparison.folder.path / "report.html"
    assert file.stat().st_size < 10e6
    page = browser.new_page()
    page.goto(file.resolve().as_uri())
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert len(arms) == page.locator("#table tbody tr").count()
    assert took < 2000, f"{took} ms"
    page.close()


def test_page_of_a_sweep_that_goes_on_follows_it_and_looks_as_it_did(browser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = write_study(ARMS)
    write_status(folder, "running")
    address = write_page(compare_study(folder)).resolve().as_uri()
    page = browser.new_page(viewport={"width": 1280, "height": 600})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.clock.install()
    page.goto(address)
    assert re.fullmatch(FOLLOWS, page.locator("#live").inner_text())
    page.fill("#filter", "m")
    page.get_by_role("button", name="verdict").click()
    page.locator("#table tbody tr:visible input").first.uncheck()
    page.locator('input[name="figure"][value="loss"]').check()
    page.click("#theme")
    page.evaluate("scrollTo(0, 300)")
    page.locator("#filter").focus()
    looked = looks(page)
    write_status(folder, "finished")
    write_page(compare_study(folder))
    page.clock.fast_forward(16_000)
    page.locator("#live").wait_for(state="detached")
    page.wait_for_function("scrollY === 300")
    assert looks(page) == looked
    page.reload()
    assert page.input_value("#filter") == ""  # by hand it begins anew
    page.close()
    assert said == []


@pytest.mark.parametrize(
    ("age", "said", "patient"), [(7200, "Written 2 h ago", 600), (200_000, "Written 2 d ago", 86_000)]
)
def test_page_of_a_sweep_that_was_killed_doubts_and_gives_up(browser, tmp_path, monkeypatch, age, said, patient):
    monkeypatch.chdir(tmp_path)
    folder = write_study(ARMS)
    write_status(folder, "running")
    monkeypatch.setattr("cnnlab.webpage.rendering.time", SimpleNamespace(time=lambda: time.time() - age))
    address = write_page(compare_study(folder)).resolve().as_uri()
    page = browser.new_page()
    page.clock.install()
    page.goto(address)
    doubt = "while the sweep was running. Whether it still is: cnnlab watch trial"
    assert page.locator("#live").inner_text() == f"{said}, {doubt}"
    page.evaluate("window.isTheSame = true")
    page.clock.fast_forward(1000 * patient)
    page.wait_for_timeout(100)
    assert page.evaluate("window.isTheSame") is True
    page.close()


def looks(page):
    """Return what was chosen on a page."""
    column = page.locator("#table th[aria-sort=ascending], #table th[aria-sort=descending]")
    checked = page.locator("main input:checked").evaluate_all("all => all.map((one) => one.value)")
    kept = (page.input_value("#filter"), column.inner_text(), column.get_attribute("aria-sort"), arms(page), checked)
    return *kept, page.evaluate("[document.documentElement.dataset.theme, scrollY, document.activeElement.id]")
