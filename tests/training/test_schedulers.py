"""Schedules: the contract of the table, then exact points."""

import pytest
import torch

from cnnlab.training.schedulers import (
    SCHEDULERS,
    UNTIMED,
    as_schedule,
    constant,
    cosine,
    exponential,
    linear,
    multistep,
    onecycle,
    plateau,
    staircase,
    triangular,
    wsd,
)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_schedules_that_do_not_know_the_end_are_known(name):
    one, other = (SCHEDULERS[name](total, 10) for total in (100, 200))
    assert (name in UNTIMED) == all(one(step) == other(step) for step in range(100))


WARMED_UP = sorted(set(SCHEDULERS) - {"onecycle", "triangular"})  # which rise in ways of their own


@pytest.mark.parametrize("warmup_epochs", [0.0, 1.0])
@pytest.mark.parametrize("name", WARMED_UP)
def test_schedule_starts_above_zero_and_stays_in_0_to_1(name, warmup_epochs):
    factor = SCHEDULERS[name](100, 10, warmup_epochs=warmup_epochs)
    assert factor(0) > 0
    assert all(0 <= factor(step) <= 1 for step in range(101))


@pytest.mark.parametrize("name", WARMED_UP)
def test_schedule_is_a_pure_function_of_the_step(name):
    factor = SCHEDULERS[name](100, 10, warmup_epochs=1.0)
    forwards = [factor(step) for step in range(100)]
    assert [factor(step) for step in reversed(range(100))] == forwards[::-1]


@pytest.mark.parametrize("name", WARMED_UP)
def test_schedule_warms_up_in_a_straight_line(name):
    factor = SCHEDULERS[name](100, 10, warmup_epochs=0.4)
    assert [factor(step) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("name", WARMED_UP)
def test_schedule_without_warmup_starts_at_1(name):
    assert SCHEDULERS[name](100, 10)(0) == 1.0


@pytest.mark.parametrize("name", WARMED_UP)
def test_a_training_that_is_all_warmup_rises_to_its_end(name):
    factor = SCHEDULERS[name](20, 10, warmup_epochs=4.0)
    assert [factor(step) for step in (0, 9, 19)] == [1 / 40, 0.25, 0.5]


@pytest.mark.parametrize("name", SCHEDULERS)
def test_schedule_of_no_steps_can_be_built(name):
    assert 0 <= SCHEDULERS[name](0, 10)(0) <= 1


@pytest.mark.parametrize("step", [0, 50, 99, 100])
def test_constant_is_1(step):
    assert constant(100, 10)(step) == 1.0


@pytest.mark.parametrize(("step", "factor"), [(0, 0.1), (4, 0.5), (9, 1.0), (10, 1.0), (55, 0.5), (100, 0.0)])
def test_cosine_with_warmup_hits_these_points(step, factor):  # step 0 already learns
    assert cosine(100, 10, warmup_epochs=1.0)(step) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (25, 0.1 + 0.9 * 0.8535534), (50, 0.55), (100, 0.1)])
def test_cosine_ends_at_min_factor(step, factor):
    assert cosine(100, 10, min_factor=0.1)(step) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (50, 0.6), (75, 0.4), (100, 0.2)])
def test_linear_hits_these_points(step, factor):
    assert linear(100, 10, end_factor=0.2)(step) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize(("step", "factor"), [(9, 1.0), (10, 1.0), (55, 0.5), (100, 0.0)])
def test_linear_runs_over_what_the_warmup_leaves(step, factor):
    assert linear(100, 10, warmup_epochs=1.0)(step) == pytest.approx(factor, abs=1e-6)


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (29, 1.0), (30, 0.5), (59, 0.5), (60, 0.25), (99, 0.125)])
def test_step_falls_at_the_border_of_every_so_many_epochs(step, factor):
    assert staircase(100, 10, every_epochs=3.0, gamma=0.5)(step) == factor


@pytest.mark.parametrize(("step", "factor"), [(9, 1.0), (29, 1.0), (30, 0.5)])
def test_step_counts_from_the_start_of_training_warmup_included(step, factor):
    assert staircase(100, 10, warmup_epochs=1.0, every_epochs=3.0, gamma=0.5)(step) == factor


def test_durations_are_rounded_to_whole_steps():
    factor = staircase(100, 7, every_epochs=0.5, gamma=0.5)  # 3.5 steps -> 4
    assert [factor(step) for step in (3, 4)] == [1.0, 0.5]


def test_step_falls_at_most_once_per_step():
    factor = staircase(100, 10, every_epochs=0.01, gamma=0.5)
    assert [factor(step) for step in (0, 1, 2)] == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (49, 1.0), (50, 0.5), (74, 0.5), (75, 0.25), (99, 0.25)])
def test_multistep_falls_at_its_parts_of_the_training(step, factor):
    assert multistep(100, 10, gamma=0.5)(step) == factor


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (5, 0.64**0.5), (10, 0.64), (20, 0.64**2)])
def test_exponential_falls_by_gamma_in_an_epoch(step, factor):
    assert exponential(100, 10, gamma=0.64)(step) == pytest.approx(factor, abs=1e-9)


def test_exponential_starts_to_fall_after_the_warmup():
    factor = exponential(100, 10, warmup_epochs=1.0, gamma=0.64)
    assert [factor(step) for step in (9, 10, 20)] == pytest.approx([1.0, 1.0, 0.64])


@pytest.mark.parametrize("total_steps", [10, 97, 100])
def test_onecycle_is_torchs(total_steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps, cycle_momentum=False)
    factor = onecycle(total_steps, 10)
    for step in range(total_steps):
        assert factor(step) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-9)
        optimizer.step()
        if step < total_steps - 1:
            reference.step()


@pytest.mark.parametrize(("step", "factor"), [(0, 1.0), (50, 0.55), (100, 0.1), (101, 0.1)])
def test_onecycle_without_rise_starts_at_its_top(step, factor):
    assert onecycle(101, 10, rise=0.0, end_factor=0.1)(step) == pytest.approx(factor)


def test_plateau_is_torchs():
    losses = [1.0, 0.8, 0.9, 0.85, 0.79999, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.6, 0.61, 0.62, 0.63]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, min_lr=0.2, eps=0.0)
    factor = plateau(1000, 10, patience=2, gamma=0.5, min_factor=0.2)
    seen = []
    for epoch, loss in enumerate(losses):
        factor.observe(loss)
        reference.step(loss)
        seen.append(factor(10 * epoch + 10))
        assert seen[-1] == optimizer.param_groups[0]["lr"]
    assert sorted(set(seen)) == [0.2, 0.25, 0.5, 1.0]


def test_pure_schedule_learns_nothing_from_a_loss():
    schedule = as_schedule(lambda step: 1 / (step + 1))
    schedule.observe(0.5)
    assert (schedule(0), schedule(3), schedule.state_dict()) == (1.0, 0.25, {})


def test_schedule_that_learns_stays_what_it_is():
    factor = plateau(100, 10)
    assert as_schedule(factor) is factor


def test_plateau_goes_on_from_its_state():
    first, second = plateau(1000, 10, patience=1), plateau(1000, 10, patience=1)
    for loss in (1.0, 2.0):
        first.observe(loss)
    second.load_state_dict(first.state_dict())
    for factor in (first, second):
        factor.observe(3.0)
    assert second(0) == first(0) == 0.1


def test_triangular_rises_to_1_and_falls_to_its_end_in_straight_lines():
    factor = triangular(101, 10, rise=0.2, start_factor=0.2, end_factor=0.1)
    assert [factor(step) for step in (0, 10, 20, 60, 100)] == pytest.approx([0.2, 0.6, 1.0, 0.55, 0.1])


def test_triangular_without_rise_starts_at_its_top():
    assert triangular(10, 10, rise=0.0)(0) == 1.0


def test_wsd_stays_at_1_until_its_last_part():
    factor = wsd(100, 10, decay=0.2, end_factor=0.5)
    assert [factor(step) for step in (0, 79, 80, 90, 100)] == pytest.approx([1.0, 1.0, 1.0, 0.75, 0.5])
