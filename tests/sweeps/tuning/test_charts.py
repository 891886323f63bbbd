"""Where trials are drawn on the page."""

import pytest

from cnnlab.comparison.factor_charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from cnnlab.sweeps.tuning.charts import WIDE, history, parallel, slices
from cnnlab.sweeps.tuning.tuned import read_tuned
from tests.sweeps.tuning.tuning_maker import written

ACCURACIES = (0.7, 0.6, None, 0.9, 0.8)


@pytest.fixture
def tuned(tmp_path):
    return read_tuned(written(tmp_path, accuracies=ACCURACIES)[0])


def points(path):
    return [tuple(map(float, pair.split(","))) for pair in path.split()]


def test_history_goes_by_the_order_and_its_line_never_falls(tuned):
    chart = history(tuned)
    xs = [mark.x for mark in chart.marks]
    assert xs == sorted(xs)
    assert [mark.kind for mark in chart.marks] == ["", "", "lost", "best", ""]
    ys = [y for _, y in points(chart.path)]
    assert ys == sorted(ys, reverse=True)  # up the page
    assert min(ys) == pytest.approx(chart.marks[3].y, abs=0.1)


def test_everything_lies_inside_the_chart(tuned):
    for chart in (history(tuned), *slices(tuned)):
        for mark in chart.marks:
            assert LEFT <= mark.x <= WIDTH - RIGHT
            assert TOP <= mark.y <= HEIGHT - BOTTOM


def test_trial_in_a_slice_stands_over_its_value(tuned):
    rate, optimizer = slices(tuned)
    by_rate = sorted(tuned.tried, key=lambda one: float(one.trial.values["optimizer.lr"]))
    assert [mark.title for mark in sorted(rate.marks, key=lambda mark: mark.x)] == [
        next(mark.title for mark in rate.marks if mark.title.startswith(f"trial {one.trial.number}:"))
        for one in by_rate
    ]
    assert [text for _, text in rate.x_labels] == ["0.0001", "0.01", "1"]
    assert {text for _, text in optimizer.x_labels} == {"momentum", "adam"}
    assert len({mark.x for mark in optimizer.marks}) <= 2


def test_strand_runs_through_the_settings_to_the_accuracy_and_the_best_is_the_last_drawn(tuned):
    chart = parallel(tuned)
    assert [name for _, name, _ in chart.axes] == ["optimizer.lr", "optimizer", "val %"]
    assert [strand.kind for strand in chart.strands] == ["", "", "", "best"]
    assert [len(points(strand.path)) for strand in chart.strands] == [3, 3, 3, 3]
    assert all(0 <= x <= WIDE for strand in chart.strands for x, _ in points(strand.path))
    opacities = [strand.opacity for strand in chart.strands]
    assert opacities == sorted(opacities)
