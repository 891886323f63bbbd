"""Factors on the page: whiskers on one axis, lines with the factor along x that reads best."""

import pytest

from cnnlab.comparison.factor_charts import HEIGHT, WIDTH, factor_section, lines_of
from cnnlab.comparison.page import render
from tests.comparison.grid_maker import GRID, effects_of, grid_study


def test_tables_share_an_axis_that_holds_all_means_and_whiskers():
    section = factor_section(effects_of(GRID))
    assert [table.name for table in section.tables] == ["optimizer", "activation"]
    low, high = section.axis
    # tanh, whose three seeds agree: as if one of 1,000 images apart
    assert low == pytest.approx(0.79 - 4.3026527 * 0.001 / 3**0.5, abs=1e-6)
    whiskers = [whisker for table in section.tables for _, whisker in table.rows]
    assert all(0 <= start <= middle <= end <= 100 for start, middle, end in whiskers)
    adam = section.tables[0].rows[0]
    assert adam[0][0] == "adam"
    assert adam[1][1] == pytest.approx(100 * (0.84 - low) / (high - low))


def test_numbers_stand_along_x_else_the_factor_with_more_values():
    (words,) = effects_of(GRID).interactions
    assert lines_of(words)[:2] == ("activation", "optimizer")
    (numbers,) = effects_of({name.replace("optimizer", "epochs").replace("sgd", "5").replace("adam", "9"): own
                             for name, own in GRID.items()}).interactions  # fmt: skip
    x_name, line_name, lines = lines_of(numbers)
    assert (x_name, line_name, list(lines)) == ("epochs", "activation", ["relu", "gelu", "tanh"])
    assert [cell.row for cell in lines["gelu"]] == ["5", "9"]


def test_lines_and_whiskers_lie_inside_the_chart_also_of_arms_at_chance():
    (chart,) = factor_section(effects_of(GRID | {"optimizer=sgd activation=relu": [0.1, 0.9, 0.1]})).charts
    points = [point for line in chart.lines for point in line.points]
    assert len(points) == 6
    assert all(0 < x < WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert all(0 <= end <= HEIGHT for line in chart.lines for _, *ends in line.whiskers for end in ends)
    assert 3 <= len(chart.y_labels) <= 7


def test_page_shows_factors_and_says_why_there_are_none():
    page = render(grid_study())
    assert '<section id="factors">' in page
    assert page.count("<polyline") == 2
    assert "No interaction is shown; the largest is of sgd with gelu: -1.00 ± 3.31" in page
    lacking = render(grid_study({name: own[:1] for name, own in GRID.items()}))
    assert "No effects from one seed." in lacking
    assert "<polyline" not in lacking
    assert '<section id="factors">' not in render(grid_study({"optimizer=sgd": [0.8], "optimizer=adam": [0.9]}))
