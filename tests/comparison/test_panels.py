"""Panels: as wide as they want in one row, or in rows within the width of a column."""

import pytest

from cnnlab.comparison.layout import Layout
from cnnlab.comparison.panels import Room, first_of_rows, names_within, panels_in, turned
from cnnlab.plots.style import size_of


def test_panels_stand_in_one_row_as_wide_as_they_want():
    figure, panels = panels_in(Layout(), Room(3, width=2.0, left=0.6, gap=0.4, right=0.2), height=1.5)
    assert figure.get_size_inches()[0] == pytest.approx(0.6 + 3 * 2.0 + 2 * 0.4 + 0.2)
    assert [size_of(axes) for axes in panels] == [pytest.approx((2.0, 1.5))] * 3
    assert first_of_rows(panels) == panels[:1]


@pytest.mark.parametrize(("width", "columns"), [(3.3, 1), (7.0, 3), (15.0, 3)])
def test_figure_keeps_its_width_and_panels_theirs(width, columns):
    figure, panels = panels_in(Layout(width, has_titles=False), Room(3, right=0.8), height=1.5)
    assert figure.get_size_inches()[0] == pytest.approx(width)
    assert len({round(axes.get_position().x0, 6) for axes in panels}) == columns
    assert len(first_of_rows(panels)) == 3 // columns
    boxes = [axes.get_position() for axes in panels]
    assert not any(one.overlaps(other) for one in boxes for other in boxes if one is not other)


def test_names_are_cut_to_the_room_and_stay_apart():
    names = names_within(["a_long_name_of_an_arm_1", "a_long_name_of_an_arm_2", "b"], 0.6)
    assert len(set(names)) == 3
    assert all(len(name) < 12 for name in names)
    assert names_within(["sgd", "adam"], 1.0) == ["sgd", "adam"]


def test_labels_that_are_too_wide_are_turned():
    assert turned(["sgd", "adam"], 1.0) is None
    assert turned(["sgd", "momentum"], 0.3) > 0.3
