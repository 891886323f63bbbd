"""Successive halving: which arms go on, for how many epochs, and that those left are compared anew."""

import pytest

from cnnlab.sweeps.designs import answer
from cnnlab.sweeps.halving.design import stages_of
from tests.sweeps.halving.halving_maker import ended, halving, led, number_of


@pytest.mark.parametrize(
    ("num_arms", "epochs", "eta", "stages"),
    [
        (50, 16, 2, (1, 2, 4, 8)),  # 50, 25, 13, 7, then 4 are compared
        (50, 100, 2, (6, 12, 25, 50)),
        (50, 27, 3, (1, 3, 9)),  # 50, 17, 6, then 2
        (5, 10, 2, (5,)),
        (50, 2, 2, (1,)),  # no stage has less than one epoch
        (50, 1, 2, ()),
        (4, 10, 2, ()),
    ],
)
def test_stages_have_epochs_over_powers_of_eta_until_few_arms_are_left(num_arms, epochs, eta, stages):
    assert stages_of(num_arms, epochs, eta) == stages


def test_better_half_goes_on_with_twice_the_epochs_and_those_left_are_compared_over_fresh_seeds():
    asked = led(halving(10), lambda number: 0.5 + number / 100)
    assert [len(points) for points in asked] == [10, 5, 3 * 2]
    assert [points[0].overrides for points in asked[:2]] == [
        ["plots=false", "width=0", "epochs=4", "seed=10000"], ["plots=false", "width=5", "epochs=8", "seed=10000"],
    ]  # fmt: skip
    compared = asked[-1]
    assert [(number_of(point), point.seed) for point in compared] == [
        (number, f"seed={seed}") for seed in (0, 1) for number in (7, 8, 9)
    ]
    assert compared[0].overrides == ["epochs=16", "width=7", "seed=0"]


def test_arm_without_a_result_falls_and_of_equal_ones_the_first_typed_goes_on():
    halved = halving(6)
    (_, compared) = led(halved, lambda number: "diverged" if number == 0 else 0.5)
    assert [number_of(point) for point in compared[:3]] == [1, 2, 3]
    told = {arm.arm: arm for arm in halved.told().arms}
    assert (told["width=0"].accuracies, told["width=0"].fell_after) == ([None], 8)
    assert (told["width=1"].accuracies, told["width=1"].fell_after) == ([0.5], None)


def test_baseline_is_compared_whatever_it_comes_to():
    asked = led(halving(10, baseline="width=0"), lambda number: 0.5 + number / 100)
    assert [number_of(point) for point in asked[1]] == [0, 5, 6, 7, 8, 9]
    assert number_of(asked[-1][0]) == 0


def test_nothing_is_compared_where_no_arm_has_a_result():
    assert len(led(halving(6), lambda _: "failed")) == 1


def test_killed_and_repeated_halving_goes_the_same_way():
    unbroken = led(halving(20), lambda number: (number * 7 % 20) / 20)
    for rounds in range(1, len(unbroken)):
        assert led(halving(20), lambda number: (number * 7 % 20) / 20, rounds=rounds) == unbroken[:rounds]


def test_standing_counts_what_may_follow_and_says_how_many_are_left():
    halved = halving(10)
    design = halved.design()
    points = next(design)
    assert halved.standing().lines == ()
    assert halved.standing().num_more == 5 + 3 * 2
    answer(design, [ended(point, 0.5) for point in points])
    assert halved.standing().lines == ("halved   5 of 10 arms go on after 4 epochs",)
    assert halved.standing().num_more == 3 * 2


def test_runs_that_go_on_know_the_stages_and_others_do_not():
    (first, _, compared) = led(halving(10, num_continued=9), lambda number: 0.5 + number / 100)
    assert first[0].overrides == ["plots=false", "stages=[4,8]", "width=0", "epochs=4", "seed=10000"]
    assert "stages=[4,8]" not in first[9].overrides
    assert not any("stages" in text for point in compared for text in point.overrides)


@pytest.mark.parametrize(
    ("num_arms", "num_continued", "line"),
    [
        (50, 50, "stages   1, 2, 4, 8 epochs: 208 in all, 79 of which are not trained again"),
        (50, 10, "stages   1, 2, 4, 8 epochs: 208 in all, at most 58 of which are not trained again"),
        (50, 0, "stages   1, 2, 4, 8 epochs: 208 in all; scheduler=constant would save 79 of them"),
        (5, 5, "stages   8 epochs: 40 in all"),
    ],
)
def test_plan_says_how_many_epochs_the_stages_take_and_what_going_on_saves(num_arms, num_continued, line):
    assert halving(num_arms, num_continued=num_continued).standing().planned == (line,)


def test_plan_proposes_no_schedule_that_would_save_nothing():
    (line,) = halving(50, could_continue=False).standing().planned
    assert line == "stages   1, 2, 4, 8 epochs: 208 in all"


def test_checkpoints_are_spent_once_no_stage_begins_with_them():
    halved = halving(10, num_continued=10)
    led(halved, lambda number: 0.5 + number / 100, rounds=1)
    assert halved.spent == {f"width={number} epochs=4 seed=10000" for number in range(5)}
    led(halved := halving(10, num_continued=10), lambda number: 0.5 + number / 100)
    assert len(halved.spent) == 10 + 5
