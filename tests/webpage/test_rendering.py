"""A template made into a page: offline, in one look, and no name becomes code."""

import json
import re

import pytest

from cnnlab.plots.style import CYCLE
from cnnlab.webpage.rendering import TEMPLATES, UPLOT, render


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "mine.html.j2"
    path.write_text('{% extends "page.html.j2" %}\n{% block main %}<p>{{ said }}</p>{% endblock %}')
    return path


def test_names_are_text_in_the_template_and_in_the_data(template):
    page = render(template, data={"name": "</script><b>"}, kind="k", title="<i>", said="<b>\x1b[2J</b>")
    assert "<p>&lt;b&gt;\\x1b[2J&lt;/b&gt;</p>" in page
    assert "<title>&lt;i&gt; – cnnlab</title>" in page
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    assert "<" not in data
    assert json.loads(data) == {"name": "</script><b>"}


def test_page_brings_its_own_styles_and_scripts_behind_those_of_all_pages(template, tmp_path):
    (tmp_path / "own.css").write_text("p { margin: 1px }")
    (tmp_path / "own.js").write_text("own();")
    own = {"styles": [tmp_path / "own.css"], "scripts": [tmp_path / "own.js"]}
    page = render(template, data={}, kind="k", title="t", said="", **own)
    shared = [(TEMPLATES / name).read_text() for name in ("page.css", "page.js")]
    places = [page.index(text) for text in (shared[0], "p { margin: 1px }", shared[1], "own();")]
    assert places == sorted(places)


def test_page_may_ask_for_nothing(template):
    page = render(template, data={}, kind="k", title="t", said="")
    assert "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:" in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []


def test_colours_are_those_of_the_pictures():
    style = (TEMPLATES / "page.css").read_text()
    assert tuple(re.findall(r"--c\d: light-dark\((#\w{6}),", style)) == CYCLE


def test_licence_of_the_charting_library_goes_wherever_it_goes(template):
    page = render(template, data={}, kind="k", title="t", said="")
    assert "github.com/leeoniya/uPlot (v1.6.32)" in page
    assert (UPLOT / "LICENSE").read_text() in page
