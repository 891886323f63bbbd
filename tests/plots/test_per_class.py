import pytest

from cnnlab.base import metrics
from cnnlab.plots import per_class
from tests.run_maker import LONG, line, texts_of


def test_rows_are_sorted_by_recall(make_run):
    run = make_run(num_test=1000, skill=3)
    axes = per_class(run).axes[0]
    drawn = line(axes, "recall").get_xdata()
    assert list(drawn) == sorted(drawn, reverse=True)
    assert sorted(drawn) == pytest.approx(sorted(100 * r.recall for r in metrics.per_class(run.confusion)))


def test_precision_stands_in_its_class_s_row(make_run):
    run = make_run(num_test=1000, skill=3)
    axes = per_class(run).axes[0]
    reports = dict(zip(run.classes, metrics.per_class(run.confusion)))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert list(line(axes, "precision").get_xdata()) == pytest.approx([100 * reports[n].precision for n in names])


def test_support_is_written(make_run):
    run = make_run(classes=("cat", "dog"), num_test=3000)
    texts = texts_of(per_class(run))
    assert {f"{n:,}" for n in run.confusion.sum(axis=1)} | {"images", "● recall", "◇ precision"} <= set(texts)


def test_a_class_without_images_is_left_out(make_run):
    run = make_run(classes=("cat", "dog", "other"), num_test=30)
    run.confusion[2] = 0
    assert "other" not in texts_of(per_class(run))


def test_of_many_classes_the_two_ends_are_shown_and_it_says_so(make_run):
    figure = per_class(make_run(classes=LONG, num_test=3000))
    assert "Precision and recall: 15 best and 15 worst of 100 classes" in texts_of(figure)
    assert "70 classes between them are not shown" in texts_of(figure)
    assert len(line(figure.axes[0], "recall").get_xdata()) == 30


def test_thirty_classes_are_all_shown(make_run):
    axes = per_class(make_run(classes=LONG[:30], num_test=3000)).axes[0]
    assert len(line(axes, "recall").get_xdata()) == 30


def test_before_the_test_there_is_no_picture(make_run):
    assert per_class(make_run(diverges_at=2)) is None
