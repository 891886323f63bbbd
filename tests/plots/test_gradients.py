import numpy as np
import pytest

from cnnlab.plots import gradients
from tests.run_maker import line, texts_of


def test_the_last_epoch_s_mean_and_max_are_drawn_on_a_logarithmic_axis(make_run):
    run = make_run()
    axes = gradients(run).axes[0]
    last = run.gradients[20]
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(line(axes, "mean").get_ydata(), last.mean_abs[::2])  # every second one is a bias
    np.testing.assert_allclose(line(axes, "max").get_ydata(), last.max_abs[::2])


def test_the_first_epoch_is_drawn_for_comparison(make_run):
    figure = gradients(make_run())
    assert "mean, epoch 1" in texts_of(figure)
    assert "Gradient per layer, last batch of epoch 20" in texts_of(figure)


def test_one_epoch_is_not_compared_with_itself(make_run):
    assert "mean, epoch 1" not in texts_of(gradients(make_run(epochs=1)))


def test_layers_are_named_without_weight(make_run):
    labels = [label.get_text() for label in gradients(make_run(num_layers=3)).axes[0].get_xticklabels()]
    assert labels == ["conv1", "conv2", "conv3"]


def test_biases_are_drawn_where_there_is_nothing_else(tmp_path, make_run):
    run = make_run()
    (run.folder / "gradients.csv").write_text("epoch,layer,mean_abs,max_abs\n1,scale,0.1,0.2\n1,fc.bias,0.1,0.2\n")
    labels = [label.get_text() for label in gradients(run).axes[0].get_xticklabels()]
    assert labels == ["scale", "fc.bias"]


def test_zeros_stand_on_a_line_of_their_own_under_the_others(make_run):
    axes = gradients(make_run(zero_layers=(2,))).axes[0]
    drawn = line(axes, "mean").get_ydata()
    assert drawn[2] == axes.get_ylim()[0] == axes.get_yticks()[0]
    assert drawn[2] < min(np.delete(drawn, 2))
    assert axes.get_yticklabels()[0].get_text() == "0"


def test_gradients_that_are_all_zero_are_drawn(make_run):
    axes = gradients(make_run(num_layers=3, zero_layers=(0, 1, 2))).axes[0]
    assert len(set(line(axes, "mean").get_ydata())) == 1


@pytest.mark.parametrize(("num_layers", "step"), [(60, 1), (80, 2), (200, 4)])
def test_names_of_many_layers_are_thinned_out(make_run, num_layers, step):
    axes = gradients(make_run(num_layers=num_layers, epochs=2)).axes[0]
    assert len(axes.get_xticks()) == num_layers / step
    assert (f"1 in {step} named" in axes.get_xlabel()) == (step > 1)


def test_a_diverged_run_shows_its_last_epoch_with_numbers(make_run):
    assert "Gradient per layer, last batch of epoch 6" in texts_of(gradients(make_run(diverges_at=7)))


def test_without_numbers_there_is_no_picture(make_run):
    run = make_run(diverges_at=1)
    assert gradients(run) is None
    (run.folder / "gradients.csv").unlink()
    assert gradients(type(run)(run.folder)) is None
