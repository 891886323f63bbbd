from __future__ import annotations

import dataclasses
import re

import pytest

from cnnlab.data.duplicates import Leak
from cnnlab.surveys.page import render, write_survey
from cnnlab.surveys.survey import Group
from tests.surveys.surveys import SURVEY, member


def test_files_lie_side_by_side(tmp_path):
    page = write_survey(SURVEY, tmp_path / "insects", words=["dataset.root=my photos"])
    assert page == tmp_path / "insects" / "report.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "data.csv", "data.json", "duplicates.csv", "report.html",
    ]  # fmt: skip


def test_page_begins_with_the_most_important_sentence():
    page = render(dataclasses.replace(SURVEY, leaks={"test": Leak(3, 1, 20)}), words=[])
    assert re.search(r'<p class="first">3 of 20 test images are training images too\.</p>', page)
    assert "What is measured on them is too good" in page


def test_page_asks_nothing_of_the_network():
    page = render(SURVEY, words=["dataset=digits"])
    assert not re.search(r"(?:src|href)=\"(?!data:|\w+\.(?:csv|json)\")", page)
    assert "default-src 'none'" in page


def test_names_may_hold_any_character():
    group = Group([member("<b>ant</b>", name="a<script>.jpg"), member("bee")], is_equal=True)
    page = render(dataclasses.replace(SURVEY, groups=[group], classes=["<b>ant</b>", "bee"]), words=[])
    assert "a<script>" not in page
    assert "&lt;b&gt;ant&lt;/b&gt;" in page
    assert "<b><b>" not in page


def test_groups_are_shown_with_class_split_and_file():
    group = Group([member("ant", name="train/ant/1.jpg"), member("ant", "test", "test/ant/2.jpg")], is_equal=False)
    page = render(dataclasses.replace(SURVEY, groups=[group]), words=[])
    assert "<h3>nearly equal, in several splits</h3>" in page
    assert '<span class="name file" title="test/ant/2.jpg">2.jpg</span>' in page


@pytest.mark.parametrize("width", [400, 1280])
def test_page_fits_its_window_and_says_nothing_on_the_console(browser, tmp_path, width):
    group = Group([member("ant" * 30, name="a" * 200), member("bee", "test")], is_equal=True)
    survey = dataclasses.replace(SURVEY, groups=[group], leaks={"test": Leak(1, 1, 20)})
    address = write_survey(survey, tmp_path, words=["dataset=image_folder"]).as_uri()
    said: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.locator("#theme").click()
    page.locator("html[data-theme=dark]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    assert said == []
