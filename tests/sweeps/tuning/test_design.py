"""The conversation of a tuning: its rounds, the best, fresh seeds."""

from dataclasses import replace

from cnnlab.sweeps.tuning.design import Tried, best_of
from cnnlab.sweeps.tuning.sampling import Trial
from tests.sweeps.tuning.tuning_maker import ended, led, rate, tuning


def test_trials_that_depend_on_none_are_asked_for_at_once_then_round_by_round_then_fresh_seeds():
    rounds = led(tuning(trials=16, per_round=3))
    assert [len(points) for points in rounds] == [10, 3, 3, 5]
    assert {point.seed for points in rounds[:-1] for point in points} == {"seed=4"}
    assert [point.seed for point in rounds[-1]] == [f"seed={seed}" for seed in range(5, 10)]


def test_fresh_seeds_are_of_the_best_on_validation():
    one = tuning()
    rounds = led(one)
    trials = [point for points in rounds[:-1] for point in points]
    best = min(trials, key=lambda point: abs(rate(point) - 0.01))
    assert {point.swept for point in rounds[-1]} == {best.swept}
    assert one.best.trial.number == trials.index(best)


def test_same_answers_lead_to_the_same_points_whatever_was_asked_before():
    assert led(tuning()) == led(tuning())
    longer = [point for points in led(tuning(trials=20, per_round=1))[:-1] for point in points]
    assert [point for points in led(tuning(trials=15, per_round=1))[:-1] for point in points] == longer[:15]


def test_runs_that_diverge_fail_or_are_refused_are_never_the_best():
    states = iter(["diverged", "failed", "refused", "died"] * 3)
    one = tuning(trials=12, per_round=2)
    rounds = led(one, become=lambda point: ended(point, status=next(states, "finished")))
    assert one.best is None
    assert [len(points) for points in rounds] == [10, 2]
    assert {tried.status for tried in one.tried} == {"diverged", "failed", "refused", "died"}


def test_among_equal_accuracies_the_lower_loss_is_the_best_then_the_first():
    worse, better = (Tried(Trial(number, {}), "", "finished", 0.9, loss) for number, loss in ((0, 0.5), (1, 0.4)))
    assert best_of([worse, better]) == better
    assert best_of([worse, replace(worse, trial=Trial(2, {}))]) == worse
    assert best_of([replace(worse, loss=None), worse]) == worse


def test_it_says_what_is_the_best_so_far_and_how_many_runs_may_follow():
    one = tuning(trials=12)
    design = one.design()
    points = next(design)
    assert (one.standing().lines, one.standing().num_more) == ((), 2 + 5)
    design.send([ended(point, accuracy=0.5 if place == 3 else 0.25) for place, point in enumerate(points)])
    told = " ".join(f"{key}={value}" for key, value in one.asked[3].values.items())
    (line,) = one.standing().lines
    assert line == f"{f'best     of 10 trials: 50.0 % on validation, {told}'[:79]}…"
    design.send([ended(point, accuracy=0.4) for point in points[:2]])
    assert one.standing().num_more == 0


def test_trials_are_told_what_those_before_had_and_pruned_ones_lead_on():
    def become(point):
        one = ended(point)
        bar = next((text for text in point.shared if text.startswith("prune_below=")), None)
        if bar is None:
            return replace(one, curve=(0.5, 0.6, 0.9))
        return replace(one, status="pruned", summary={}, curve=(0.1,))

    one = tuning(trials=13, pruner="median", epochs=3)
    first, second, fresh = led(one, become=become)
    assert {point.shared for point in first} == {("epochs=2",)}
    assert {point.shared for point in second} == {("epochs=2", "prune_below=[0.5,0.6]")}
    assert {point.shared for point in fresh} == {("epochs=2",)}
    assert [tried.status for tried in one.tried[10:]] == ["pruned"] * 3
    assert [trial.state.name for trial in one.sampler.trials()[10:]] == ["PRUNED"] * 3
    assert one.best.trial.number < 10


def test_trials_at_random_go_in_rounds_only_where_some_end_early():
    assert [len(points) for points in led(tuning(trials=16, kind="random"))] == [16, 5]
    assert [len(points) for points in led(tuning(trials=16, kind="random", pruner="median", epochs=3))] == [10, 3, 3, 5]
