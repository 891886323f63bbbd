import itertools
import math

import matplotlib
import pytest

from cnnlab.plots.style import (
    HEADER,
    fit_text,
    format_power,
    new_figure,
    percent,
    spread,
    styled,
    text_width,
    write_title,
)


def test_fit_text_is_as_wide_as_there_is_room():
    figure, text = new_figure(1, 1), "American Staffordshire terrier"
    cut = fit_text(figure, text, 8, 1.0)
    assert text_width(figure, [cut], 8) <= 1.0 < text_width(figure, [text], 8)
    assert fit_text(figure, text, 8, 9.0) == text


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([0.2, 0.8], [0.2, 0.8]),
        ([0.8, 0.2], [0.8, 0.2]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([1.0, 1.0, 0.2], [0.9, 1.0, 0.2]),
        ([0.0, 0.0, 0.0], [0.0, 0.1, 0.2]),
        ([], []),
    ],
)
def test_spread_moves_no_more_than_needed(wanted, placed):
    assert spread(wanted, 0.1, low=0.0, high=1.0) == pytest.approx(placed)


def test_spread_keeps_the_gap():
    for wanted in itertools.product([0.0, 0.05, 0.5, 0.58, 1.0], repeat=3):
        placed = sorted(spread(wanted, 0.1, low=0.0, high=1.0))
        assert all(b - a >= 0.1 - 1e-9 for a, b in itertools.pairwise(placed)), wanted
        assert placed[0] >= 0, wanted
        assert placed[-1] <= 1 + 1e-9, wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (0.02, "0.02"), (500, "500"), (1e-3, "0.001"), (1e-5, "10⁻⁵"), (2e-7, "2·10⁻⁷"), (1e12, "10¹²")],
)
def test_powers_are_written_without_mathematical_typesetting(value, text):
    assert format_power(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.9996, "99.9 %"), (0.5, "50.0 %"), (0.0, "0 %"), (0.1234, "12.3 %")]
)
def test_percent_says_100_only_of_what_is_exactly_that(share, text):
    assert percent(share) == text


def test_the_style_is_the_same_whatever_a_matplotlibrc_says():
    with matplotlib.rc_context({"text.usetex": True, "savefig.bbox": "tight", "lines.linewidth": 9}):
        keys = ("text.usetex", "savefig.bbox", "lines.linewidth", "font.family")
        assert styled(lambda: [matplotlib.rcParams[key] for key in keys])() == [False, None, 1.5, ["DejaVu Sans"]]


def test_the_style_ends_with_the_drawing():
    before = dict(matplotlib.rcParams)
    assert styled(lambda: matplotlib.rcParams["text.parse_math"])() is False
    assert {k: v for k, v in matplotlib.rcParams.items() if not _same(v, before[k])} == {}


def _same(a, b):
    return a == b or (isinstance(a, float) and math.isnan(a))


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (6.0, ["a study  ·  means over the other factors  ·  95 % intervals over 3 seeds"]),
        (3.0, ["a study  ·  means over the other factors", "95 % intervals over 3 seeds"]),
    ],
)
def test_small_line_of_a_narrow_picture_becomes_two(width, lines):
    figure = new_figure(width, 2.0)
    write_title(figure, "Main effects", "a study  ·  means over the other factors  ·  95 % intervals over 3 seeds")
    assert figure.texts[1].get_text().split("\n") == lines
    assert figure.texts[1].get_window_extent().y0 > (2.0 - HEADER) * figure.dpi


def test_what_is_too_long_for_two_lines_loses_its_middle():
    figure = new_figure(2.0, 2.0)
    write_title(figure, "x", f"{'s' * 90}  ·  3 seeds")
    first, second = figure.texts[1].get_text().split("\n")
    assert "…" in first
    assert second == "3 seeds"
