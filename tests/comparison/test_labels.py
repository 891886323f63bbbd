"""Names and numbers as people read them."""

import pytest

from cnnlab.comparison.labels import (
    cell_names,
    cut_names,
    ends_of,
    heading,
    listed,
    p_cell,
    p_text,
    percent,
    plus_minus,
    points,
    said_of_ends,
    short_names,
)
from cnnlab.comparison.statistics import SEEDS, estimate, estimate_difference

NAMES = [
    (["optimizer=sgd", "optimizer=adam"], "optimizer", ["sgd", "adam"], ["sgd", "adam"]),
    (["optimizer=sgd dataset.per_class=10", "optimizer=adam dataset.per_class=20"], "optimizer, per_class",
     ["sgd per_class=10", "adam per_class=20"], ["sgd per_class=10", "adam per_class=20"]),
    (["vanilla activation=relu", "plain activation=tanh"], "arm, activation", ["vanilla relu", "plain tanh"],
     ["vanilla relu", "plain tanh"]),
    (["no decay activation=relu", "plain activation=tanh"], "arm, activation", ["no decay relu", "plain tanh"],
     ["no decay relu", "plain tanh"]),
    (["no decay at all", "a bit of decay"], "arm", ["no decay at all", "a bit of decay"],
     ["no decay at all", "a bit of decay"]),
    (["betas=[0.9, 0.99]", "betas=[0.8, 0.99]"], "betas", ["[0.9, 0.99]", "[0.8, 0.99]"],
     ["betas=[0.9, 0.99]", "betas=[0.8, 0.99]"]),
    (["vanilla", "plain"], "arm", ["vanilla", "plain"], ["vanilla", "plain"]),
    (["optimizer=sgd", "loss=mse"], "arm", ["optimizer=sgd", "loss=mse"], ["optimizer=sgd", "loss=mse"]),
    (["optimizer=sgd", "vanilla"], "arm", ["optimizer=sgd", "vanilla"], ["optimizer=sgd", "vanilla"]),
    (["epochs=1", "epochs=2"], "epochs", ["1", "2"], ["epochs=1", "epochs=2"]),
    (["optimizer.lr=0.1", "optimizer.lr=1e-3"], "lr", ["0.1", "1e-3"], ["lr=0.1", "lr=1e-3"]),
    (["optimizer.nesterov=true", "optimizer.nesterov=false"], "nesterov", ["true", "false"],
     ["nesterov=true", "nesterov=false"]),
    (["a.lr=1 b.lr=2", "a.lr=2 b.lr=2"], "a.lr, b.lr", ["a.lr=1 b.lr=2", "a.lr=2 b.lr=2"],
     ["a.lr=1 b.lr=2", "a.lr=2 b.lr=2"]),
    ([""], "arm", ["all runs"], ["all runs"]),
]  # fmt: skip


@pytest.mark.parametrize(("names", "above", "cells", "short"), NAMES)
def test_names_leave_out_what_all_of_them_share(names, above, cells, short):
    assert (heading(names), cell_names(names), short_names(names)) == (above, cells, short)


def test_names_that_cannot_be_told_apart_when_cut_are_numbered():
    assert cut_names(["abcdefgh1xyzxyz", "abcdefgh2xyzxyz"], 9) == ["1 abc…xyz", "2 abc…xyz"]
    assert cut_names(["abcdefghijklm", "short"], 9) == ["abcd…jklm", "short"]


def test_numbers_are_in_percent():
    assert percent(0.98765) == "98.77"
    assert percent(None) == "–"
    assert plus_minus(estimate([0.5, 0.52])) == "51.00 ± 12.71"
    assert plus_minus(estimate_difference([-0.01], SEEDS), signed=True) == "-1.00"
    assert (p_text(0.0004), p_text(0.01234)) == ("p < 0.001", "p = 0.012")
    assert (p_cell(0.0004), p_cell(0.01234), p_cell(None)) == ("< 0.001", "0.012", "–")


def test_interval_that_is_cut_or_says_nothing_is_written_otherwise():
    assert plus_minus(estimate([0.9, 0.92])) == "91.00 +9.00 -12.71"
    assert plus_minus(estimate([0.1, 0.9, 0.975])) == "65.8 (10.0 to 97.5)"
    assert plus_minus(estimate_difference([-0.2, 0.1, 0.3], SEEDS), signed=True) == "+6.7 (-20.0 to +30.0)"


@pytest.mark.parametrize(
    ("accuracies", "said"),
    [
        ([[0.9, 0.91]], "95 % intervals"),
        ([[0.9]], "95 % intervals"),
        ([[0.1, 0.9]], "lowest to highest run"),
        ([[0.1, 0.9], [0.9, 0.91]], "95 % intervals, or where wide all runs"),
    ],
)
def test_lines_through_means_are_what_stands_behind_the_number(accuracies, said):
    estimates = [estimate(runs) for runs in accuracies]
    assert said_of_ends(estimates) == said
    assert all(ends_of(one) == (0.1, 0.9) for one in estimates if one.lowest == 0.1)
    assert all(ends_of(one) == (one.low, one.high) for one in estimates if one.n > 1 and one.lowest > 0.1)


@pytest.mark.parametrize(("share", "said"), [(0.01, "1 point"), (0.005, "0.5 points"), (0.02, "2 points")])
def test_margins_are_written_as_typed(share, said):
    assert points(share) == said


def test_lists_in_sentences_end_with_and():
    assert [listed(list(letters)) for letters in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
