"""Pictures of a comparison."""

import matplotlib
import numpy as np
import pytest

from cnnlab.comparison import compare_study
from cnnlab.comparison.figures import FIGURES, accuracy, draw_all, final_accuracy, heat_maps, loss
from cnnlab.comparison.layout import ON_SCREEN, Layout
from cnnlab.plots.style import CYCLE, DASHES, line_style, styled
from tests.comparison.study_maker import write_study
from tests.run_maker import texts_of

ARMS = {"optimizer=sgd": [0.70, 0.80, 0.90], "optimizer=adam": [0.75, 0.84, 0.94]}


def comparison_of(arms=ARMS, **more):
    return compare_study(write_study(arms, **more))


def test_every_picture_is_written_for_screen_and_paper():
    grid = {f"optimizer={o} epochs={e}": [0.9, 0.8] for o in ("sgd", "adam") for e in (1, 2)}
    before = dict(matplotlib.rcParams)
    files = draw_all(comparison_of(grid))
    assert sorted(path.name for path in files) == sorted(
        f"{name}.{kind}" for name in FIGURES for kind in ("png", "pdf")
    )
    for path in files:
        assert path.read_bytes()[:4] == (b"\x89PNG" if path.suffix == ".png" else b"%PDF")
    assert dict(matplotlib.rcParams) == before


def test_curves_have_a_panel_per_measured_split_and_one_scale():
    figure = accuracy(comparison_of(more={name: {"watch_test": True} for name in ARMS}))
    assert {"training", "validation", "test", "sgd", "adam", "accuracy in %", "epoch"} <= set(texts_of(figure))
    assert len(figure.axes) == 3
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert len(accuracy(comparison_of()).axes) == 2


def test_arm_has_one_colour_in_every_picture():
    comparison = comparison_of()
    colors = [line.get_color() for line in accuracy(comparison).axes[0].get_lines()]
    assert colors == [line_style(0)[0], line_style(1)[0]] == list(CYCLE[:2])
    points = final_accuracy(comparison).axes[0].get_lines()
    assert [line.get_color() for line in points] == [CYCLE[1]] * 3 + [CYCLE[0]] * 3  # adam leads on validation


def test_style_of_arms_repeats_late():
    assert len({line_style(place) for place in range(len(CYCLE) * len(DASHES))}) == len(CYCLE) * len(DASHES)


def test_band_is_drawn_over_seeds_and_said():
    figure = loss(comparison_of())
    assert len(figure.axes[0].collections) == 2
    assert any("mean of 3 seeds, band from the lowest to the highest" in text for text in texts_of(figure))
    assert any("one seed" in text for text in texts_of(loss(comparison_of({"a": [0.9], "b": [0.8]}))))
    uneven = comparison_of({"a": [0.9, 0.8, 0.9], "b": [0.8, 0.8]})
    assert any("mean of 2 to 3 seeds, band" in text for text in texts_of(loss(uneven)))


def test_arm_without_a_result_is_not_drawn_but_named():
    figure = loss(comparison_of({"optimizer=sgd": [0.9], "optimizer=adam": ["diverged"]}))
    assert len(figure.axes[0].get_lines()) == 1
    assert "trial  ·  one seed  ·  not drawn: adam (diverged)" in texts_of(figure)


def test_whole_band_is_inside_the_picture():
    comparison = comparison_of({"optimizer=sgd": [0.9, 0.9], "optimizer=adam": [0.9, 0.1]})
    axes = accuracy(comparison).axes[1]
    low, high = axes.get_ylim()
    ends = np.concatenate([path.vertices[:, 1] for band in axes.collections for path in band.get_paths()])
    assert low <= ends.min() < 50  # in %; the mean of both seeds ends there
    assert high >= ends.max()


def test_of_many_arms_the_best_are_named_and_the_rest_is_grey():
    arms = {f"optimizer=o{i:02d}": [0.5 + i / 100] for i in range(20)}
    texts = texts_of(accuracy(comparison_of(arms)))
    assert "o19" in texts
    assert "o00" not in texts


def test_final_accuracy_shows_verdicts_and_stays_in_what_an_accuracy_can_be():
    figure = final_accuracy(comparison_of({"optimizer=sgd": [0.70, 0.99], "optimizer=adam": [0.75, 0.9]}))
    assert {"baseline", "no difference shown", "test accuracy in %"} <= set(texts_of(figure))
    low, high = figure.axes[0].get_xlim()
    assert low >= 0
    assert high <= 100


def test_heat_maps_show_accuracy_and_time_of_every_pair():
    arms = {"epochs=1 batch_size=8": [0.5], "epochs=2 batch_size=8": [0.6], "epochs=2 batch_size=9": [0.75]}
    figure = heat_maps(comparison_of(arms, more={"epochs=2 batch_size=9": {"seconds": 12.5}}))
    texts = texts_of(figure)
    assert {"50.0", "60.0", "75.0", "12.5", "test accuracy in %", "training time in s", "epochs", "batch_size"} <= set(
        texts
    )
    assert len([text for text in texts if text == "2"]) >= 2  # two maps, one empty cell


@pytest.mark.parametrize("draw", FIGURES.values(), ids=list(FIGURES))
def test_nothing_is_drawn_of_runs_that_have_not_begun(draw):
    assert draw(comparison_of({"optimizer=sgd": ["waiting"], "optimizer=adam": ["refused: no"]}), ON_SCREEN) is None


@pytest.mark.parametrize("draw", FIGURES.values(), ids=list(FIGURES))
def test_width_of_a_column_is_kept_without_titles_and_with_text_that_stays_inside(draw):
    arms = {f"optimizer={o} activation={a}": [0.9, 0.8] for o in ("sgd", "momentum") for a in ("relu", "leaky_relu")}
    figure = styled(draw)(comparison_of(arms), Layout(3.3, has_titles=False))
    assert figure.get_size_inches()[0] == pytest.approx(3.3)
    assert not figure.texts  # titles are written on the figure, all else on its axes
    box = styled(figure.get_tightbbox)()
    assert box.x0 >= 0
    assert box.x1 <= 3.3


def test_files_of_a_paper_have_three_hundred_dots_per_inch():
    (first, *_) = draw_all(comparison_of(), Layout(3.3))
    assert int.from_bytes(first.read_bytes()[16:20], "big") == 990


@pytest.mark.parametrize("draw", [accuracy, loss, final_accuracy])
def test_of_many_arms_the_best_by_validation_are_drawn(draw, monkeypatch):
    monkeypatch.setattr("cnnlab.comparison.comparing.MOST_SHOWN", 3)
    figure = draw(comparison_of({f"optimizer.lr=0.{number}": [number / 10, 0.1] for number in range(1, 9)}))
    assert any("3 of 8 arms, the best by validation" in text for text in texts_of(figure))
    assert {"lr=0.8", "lr=0.7", "lr=0.6"} <= set(texts_of(figure))
    assert "lr=0.1" not in texts_of(figure)
