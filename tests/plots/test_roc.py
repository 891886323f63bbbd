import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cnnlab.plots import roc
from cnnlab.plots.roc import Curve, format_auc, macro_average, one_vs_rest
from cnnlab.runs.scores import figures_of
from tests.run_maker import LONG, texts_of


def test_every_class_has_a_curve_and_its_area(make_run):
    run = make_run(num_test=500, skill=1.5)
    found = run.predictions
    expected = {name: roc_auc_score(found.targets == i, found.scores[:, i]) for i, name in enumerate(run.classes)}
    curves = one_vs_rest(found, run.classes)
    assert {curve.name: curve.auc for curve in curves} == pytest.approx(expected, rel=1e-12)
    texts = texts_of(roc(run))
    assert {f"{auc:.4f}" for auc in expected.values()} | set(run.classes) <= set(texts)


def test_area_in_the_header_is_that_of_the_summary(make_run):
    run = make_run(num_test=500, skill=1.5)
    found = run.predictions
    auc = figures_of(found.scores, found.targets, run.classes)["auc"]
    assert any(f"mean AUC {auc:.4f}" in text for text in texts_of(roc(run)))


def test_of_two_classes_the_last_one_is_positive(make_run):
    run = make_run(classes=("rest", "bird"), num_test=500, skill=1)
    figure = roc(run)
    found = run.predictions
    auc = roc_auc_score(found.targets == 1, found.scores[:, 1] - found.scores[:, 0])
    assert {"ROC: bird against rest", "bird", f"{auc:.4f}"} <= set(texts_of(figure))
    assert [line.get_label() for line in figure.axes[0].get_lines()] == ["bird", "chance"]


def test_more_classes_show_their_mean_and_the_three_best_and_worst(make_run):
    run = make_run(classes=LONG[:15], num_test=900, skill=1.5)
    labels = [line.get_label() for line in roc(run).axes[0].get_lines()]
    ranked = sorted(one_vs_rest(run.predictions, run.classes), key=lambda curve: -curve.auc)
    assert labels == ["mean of 15", *(curve.name for curve in ranked[:3] + ranked[-3:]), "chance"]


def test_the_mean_curve_averages_rates(make_run):
    flat, perfect = np.array([0.0, 1.0]), np.array([0.0, 0.0, 1.0])
    curves = [Curve("chance", flat, flat, 0.5), Curve("perfect", perfect, np.array([0.0, 1.0, 1.0]), 1.0)]
    mean = macro_average(curves)
    assert mean.auc == 0.75
    assert mean.tpr.tolist() == [0, 0.5, 1]
    assert mean.fpr.tolist() == [0, 0, 1]


def test_curves_close_to_the_corner_are_enlarged(make_run):
    figure = roc(make_run(num_test=1000, skill=7))
    assert "the upper left corner, enlarged" in texts_of(figure)
    assert len(figure.axes[0].child_axes[0].get_lines()) == 10


def test_curves_far_from_the_corner_are_compared_with_chance(make_run):
    figure = roc(make_run(skill=0.5))
    assert "chance" in texts_of(figure)
    assert not figure.axes[0].child_axes


@pytest.mark.parametrize(("auc", "text"), [(1.0, "1.0000"), (0.99999, "0.9999"), (0.5, "0.5000")])
def test_an_area_is_1_only_where_it_is_exactly_1(auc, text):
    assert format_auc(auc) == text


def test_a_class_without_images_has_no_curve(make_run):
    run = make_run(classes=("cat", "dog", "other"), num_test=30)
    run.predictions.targets[run.predictions.targets == 2] = 0
    assert [curve.name for curve in one_vs_rest(run.predictions, run.classes)] == ["cat", "dog"]
    assert any(text.endswith(" of 2 classes") for text in texts_of(roc(run)))


@pytest.mark.parametrize("changes", [{"diverges_at": 2}, {"classes": LONG}, {"classes": ("only",)}])
def test_without_all_scores_or_without_another_class_there_is_no_picture(make_run, changes):
    assert roc(make_run(**changes)) is None


def test_scores_that_are_no_numbers_have_no_curve(make_run):
    run = make_run()
    run.predictions.scores[3, 3] = np.nan
    assert roc(run) is None
