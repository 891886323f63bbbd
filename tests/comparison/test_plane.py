"""Two swept settings as a plane."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.plane import plane_of
from tests.comparison.study_maker import write_study


def results_of(*names):
    return compare_study(write_study({name: [0.9] for name in names})).results


def test_two_settings_span_a_plane_in_the_order_typed():
    results = results_of("a=2 b.c=x", "a=2 b.c=y", "a=1 b.c=x")
    grid = plane_of(results)
    assert (grid.row_key, grid.column_key, grid.rows, grid.columns) == ("a", "b.c", ["2", "1"], ["x", "y"])
    assert grid.cells["1", "x"] is results[2]
    assert ("1", "y") not in grid.cells


@pytest.mark.parametrize(
    "names",
    [
        ("a=1", "a=2"),
        ("a=1 b=1", "a=1 b=2"),
        ("a=1 b=1 c=1", "a=2 b=2 c=2"),
        ("x a=1", "y a=2"),
        ("a=1 b=1", "b=1 a=2"),
        ("a=1 b=1", "a=2 b=2", "a=3 b=3"),
    ],
)
def test_other_sweeps_span_none(names):
    assert plane_of(results_of(*names)) is None
