import pytest

from cnnlab.plots import curves
from tests.run_maker import line, texts_of


def test_train_and_validation_have_a_line_in_both_panels(make_run):
    figure = curves(make_run())
    for axes, unit in zip(figure.axes, ("loss", "accuracy in %")):
        assert axes.get_ylabel() == unit
        assert axes.get_xlabel() == "epoch"
        assert [found.get_label() for found in axes.get_lines()][:2] == ["train", "val"]
        assert len(line(axes, "train").get_xdata()) == 20


def test_accuracy_is_drawn_in_percent(make_run):
    run = make_run()
    drawn = line(curves(run).axes[1], "val").get_ydata()
    assert drawn.tolist() == pytest.approx((100 * run.curve("val_accuracy")[1]).tolist())


def test_the_test_curve_is_drawn_where_it_was_watched(make_run):
    assert "test" in texts_of(curves(make_run(has_test_curve=True)))


def test_the_kept_epoch_is_marked_with_its_validation_figures(make_run):
    run = make_run()
    figure = curves(run)
    loss, accuracy = run.curve("val_loss")[1][13], run.curve("val_accuracy")[1][13]
    assert f"epoch 14 kept: validation {loss:#.3g}" in texts_of(figure)
    assert f"epoch 14 kept: validation {100 * accuracy:.1f} %" in texts_of(figure)
    assert [line(axes, "best").get_xdata()[0] for axes in figure.axes] == [14, 14]


def test_without_validation_the_training_figure_is_marked(make_run):
    texts = texts_of(curves(make_run(has_val=False)))
    assert any(text.startswith("epoch 14 kept: training ") for text in texts)
    assert "validation" not in texts


def test_of_a_single_epoch_there_is_no_curve(make_run):
    assert curves(make_run(epochs=1)) is None


@pytest.mark.parametrize("epochs", [2, 3, 5, 11, 20, 30, 250])
def test_ticks_are_whole_epochs_from_1_on(make_run, epochs):
    axes = curves(make_run(epochs=epochs)).axes[0]
    ticks = axes.get_xticks()
    assert ticks[0] == 1
    assert ticks[-1] <= epochs
    assert all(tick == int(tick) for tick in ticks)
    assert 2 <= len(ticks) <= 8


def test_a_diverged_run_says_when(make_run):
    figure = curves(make_run(diverges_at=7))
    assert texts_of(figure).count("diverged at epoch 7") == 2


def test_a_run_that_diverged_at_once_is_still_drawn(make_run):
    assert "diverged at epoch 1" in texts_of(curves(make_run(diverges_at=1)))


def test_a_loss_over_many_magnitudes_gets_a_logarithmic_axis(make_run):
    figure = curves(make_run(epochs=250))
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear"]


def test_perfect_accuracy_fits_under_100(make_run):
    run = make_run(epochs=2)
    run.metrics["train_accuracy"][:] = run.metrics["val_accuracy"][:] = [1.0, 1.0]
    low, high = curves(run).axes[1].get_ylim()
    assert low < high == 100


def test_without_metrics_there_is_no_picture(make_run):
    run = make_run()
    (run.folder / "metrics.csv").unlink()
    assert curves(run) is None
