from __future__ import annotations

import dataclasses
import re

from cnnlab.comparison.survey_page import render, write_survey
from cnnlab.data.survey import Group, Leak
from tests.data.surveys import SURVEY, member


def test_files_lie_side_by_side(tmp_path):
    page = write_survey(SURVEY, tmp_path / "insects", words=["dataset.root=my photos"])
    assert page == tmp_path / "insects" / "report.html"
    assert sorted(path.name for path in page.parent.iterdir()) == [
        "data.csv", "data.json", "duplicates.csv", "report.html",
    ]  # fmt: skip


def test_page_begins_with_the_most_important_sentence():
    page = render(dataclasses.replace(SURVEY, leaks={"test": Leak(3, 1)}), words=[])
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
