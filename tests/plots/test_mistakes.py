import numpy as np
import pytest

from cnnlab.base.errors import RunError
from cnnlab.plots import mistakes
from tests.run_maker import LONG, texts_of


def test_each_picture_says_what_it_is_what_was_said_and_how_sure(make_run):
    run = make_run(skill=3)
    found, wrong = run.predictions, run.mistakes
    captions = [
        f"{run.classes[found.targets[i]]} → {run.classes[found.predicted[i]]} ({found.predicted_score[i]:.2f})"
        for i in wrong.index
    ]
    axes = mistakes(run).axes[0]
    assert [text.get_text() for text in axes.texts] == captions
    assert len(axes.images) == 24


@pytest.mark.parametrize(
    ("scores_are", "word"), [("probabilities", "probability"), ("decision values", "decision value")]
)
def test_the_note_says_what_the_score_is(make_run, scores_are, word):
    texts = texts_of(mistakes(make_run(skill=3, scores_are=scores_are)))
    assert any(text.endswith(f"true → predicted ({word})") for text in texts)


def test_headline_counts_shown_and_all_mistakes(make_run):
    run = make_run(skill=3, num_mistakes=7)
    wrong = int((run.predictions.targets != run.predictions.predicted).sum())
    assert f"The 7 most confident of {wrong} mistakes" in texts_of(mistakes(run))


def test_headline_says_when_all_are_shown(make_run):
    run = make_run(skill=3, num_test=40)
    shown = len(run.mistakes.index)
    assert 1 < shown < 24
    assert f"All {shown} mistakes, the most confident first" in texts_of(mistakes(run))


def test_the_only_mistake_has_room(make_run):
    run = make_run(skill=3)
    run.predictions.predicted[:] = run.predictions.targets
    run.predictions.predicted[5] = (run.predictions.targets[5] + 1) % 10
    run.mistakes.index[:] = 5
    run.__dict__["mistakes"] = type(run.mistakes)(run.mistakes.images[:1], run.mistakes.index[:1])
    assert "The only mistake" in texts_of(mistakes(run))


@pytest.mark.parametrize(("channels", "shape"), [(1, (32, 32)), (3, (32, 32, 3)), (4, (32, 32))])
def test_gray_and_colour_images_are_drawn_as_they_are(make_run, channels, shape):
    run = make_run(skill=3, channels=channels)
    shown = mistakes(run).axes[0].images[0].get_array()
    assert shown.shape == shape
    expected = run.mistakes.images[0].transpose(1, 2, 0) if channels == 3 else run.mistakes.images[0, 0]
    np.testing.assert_array_equal(shown, expected)


@pytest.mark.parametrize(("side", "how"), [(32, "nearest"), (224, "antialiased")])
def test_small_images_keep_their_pixels(make_run, side, how):
    image = mistakes(make_run(skill=3, side=side, num_mistakes=1)).axes[0].images[0]
    assert image.get_interpolation() in (how, {"antialiased": "auto"}.get(how))  # matplotlib 3.10 renamed it


def test_a_wide_image_keeps_its_proportions(make_run):
    run = make_run(skill=3, num_mistakes=1)
    np.savez(run.folder / "mistakes.npz", images=np.zeros((1, 1, 10, 40), dtype=np.uint8), index=np.zeros(1, np.int64))
    left, right, bottom, top = mistakes(run).axes[0].images[0].get_extent()
    assert (right - left) / (bottom - top) == pytest.approx(4)


def test_long_names_are_cut_and_stand_on_three_lines(make_run):
    captions = [text.get_text() for text in mistakes(make_run(classes=LONG, skill=1)).axes[0].texts]
    assert all(caption.count("\n") == 2 for caption in captions)
    assert any("…" in caption for caption in captions)


def test_without_mistakes_there_is_no_picture(make_run):
    assert mistakes(make_run(skill=99)) is None


def test_an_image_that_was_not_predicted_is_named(make_run):
    run = make_run(skill=3)
    run.mistakes.index[2] = 4000
    with pytest.raises(RunError, match=r"mistakes\.npz: image 4000 is not in predictions\.csv\.$"):
        mistakes(run)
