import numpy as np

from cnnlab.plots import confusion
from tests.run_maker import LONG, texts_of


def test_cells_show_counts_and_shares(make_run):
    run = make_run(classes=("cat", "dog"), num_test=200, skill=2)
    counts = run.confusion
    texts = texts_of(confusion(run))
    assert {str(count) for count in counts.flat} <= set(texts)
    assert f"{counts[1, 1] / counts[1].sum():.0%}".replace("%", " %") in texts


def test_headline_says_how_many_are_right(make_run):
    run = make_run(num_test=1800)
    share = np.trace(run.confusion) / 1800
    assert f"Confusion matrix: {100 * share:.1f} % of 1,800 test images right" in texts_of(confusion(run))


def test_both_axes_name_the_classes(make_run):
    axes = confusion(make_run(classes=("cat", "dog"))).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")


def test_colour_is_the_share_of_the_true_class(make_run):
    run = make_run()
    shown = confusion(run).axes[0].images[0].get_array()
    np.testing.assert_allclose(shown.sum(axis=1), 1.0)


def test_a_class_without_images_is_an_empty_row(make_run):
    run = make_run(classes=("cat", "dog", "other"), num_test=30)
    run.confusion[2] = 0
    assert confusion(run).axes[0].images[0].get_array()[2].tolist() == [0, 0, 0]


def test_many_classes_get_a_colour_bar_and_the_worst_pairs_in_place_of_numbers(make_run):
    figure = confusion(make_run(classes=LONG, num_test=3000, skill=4))
    texts = texts_of(figure)
    assert len(figure.axes[0].texts) == 0
    assert figure.axes[1].get_ylabel() == "% of the true class"
    assert "most frequent confusions" in texts
    assert len(figure.axes[0].get_xticks()) <= 25


def test_many_classes_without_a_mistake_list_none(make_run):
    assert "most frequent confusions" not in texts_of(confusion(make_run(classes=LONG, skill=99)))


def test_before_the_test_there_is_no_picture(make_run):
    assert confusion(make_run(diverges_at=2)) is None
