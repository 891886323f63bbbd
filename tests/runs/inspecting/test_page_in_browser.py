"""report.html of a run in a real Chromium: cells and their images, placed images, themes; no messages, no requests."""

import pytest

from cnnlab.outputs.run_folder import RunFolder
from cnnlab.runs.inspecting.page import write_page
from tests.run_maker import write_run
from tests.runs.inspecting.inspected import CLASSES, inspection

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: scripts/install test")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return RunFolder(write_run(tmp_path_factory.mktemp("run"), classes=CLASSES, num_test=60, skill=1.0))


@pytest.fixture
def opened(browser):
    """Open a page; at the end nothing has been said on the console, and nothing was asked for but the file."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    def open_page(path):
        page.goto(path.resolve().as_uri())
        return page

    yield open_page
    page.close()
    assert said == []
    assert len(asked) == 1


@pytest.fixture
def page(opened, folder):
    return opened(write_page(folder, inspection=inspection()))


def cell(page, row, column):
    return page.locator("#confusion tr").nth(row + 1).locator("td").nth(column)


def test_most_frequent_confusion_is_open_at_first(page):
    sync_api.expect(page.locator("#cell")).to_contain_text("ant, taken for <bee>: ")
    assert page.locator("#of-cell figure").count() == 1


def test_cell_shows_its_images_by_click_and_by_key(page):
    cell(page, 0, 0).click()
    sync_api.expect(page.locator("#cell")).to_contain_text("ant, right: ")
    assert page.locator("#of-cell figcaption").inner_text().split() == ["60", "%", "test", "image", "4"]
    cell(page, 0, 1).focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#cell")).to_contain_text("taken for <bee>")


def test_image_under_the_mouse_is_shown_with_its_class_and_its_answer(page):
    circle = page.locator("#embedding circle.wrong")
    assert circle.count() == 1
    circle.scroll_into_view_if_needed()
    circle.hover()
    tip = page.locator("#embedding .tip")
    sync_api.expect(tip).to_contain_text("ant, taken for <bee>")
    sync_api.expect(tip).to_contain_text("3.png")


def test_class_that_is_chosen_stands_out(page):
    page.locator("#of-class").select_option("<bee>")
    assert page.locator("#embedding circle.out").count() == 1


def test_curves_are_drawn_anew_in_the_colours_of_the_theme(page):
    before = page.locator("#accuracy canvas").evaluate("canvas => canvas.toDataURL()")
    page.locator("#theme").click()
    assert page.locator("#accuracy canvas").evaluate("canvas => canvas.toDataURL()") != before


@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_page_is_never_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    inside = page.evaluate("document.documentElement.clientWidth")  # charts are drawn anew after a moment
    sync_api.expect(page.locator("html")).to_have_js_property("scrollWidth", inside)


def test_page_of_a_run_that_was_not_looked_into_works_too(opened, folder, tmp_path):
    page = opened(write_page(folder, into=tmp_path))
    sync_api.expect(page.locator("#cell")).to_contain_text("taken for")
    assert page.locator("#deeper code").inner_text().startswith("cnnlab inspect ")
