"""A fair comparison: every arm gets the same trials, at once with those of others, then all are compared."""

from cnnlab.outputs.study_folder import SeedPlan
from cnnlab.sweeps.fair.arms import untuned
from cnnlab.sweeps.fair.design import Fair
from cnnlab.sweeps.fresh_seeds import FreshSeeds
from cnnlab.sweeps.until_decided import UntilDecided
from tests.sweeps.fair.fair_maker import RATES, arm, best_at, fair_of, fixed, led, rate_of

OUTCOME = best_at(sgd="0.3", adam="0.01")


def arms_of(points):
    return [point.swept[0] for point in points]


def test_all_arms_are_tuned_at_once_with_as_many_trials_each_then_compared():
    asked = led(fair_of(arm("sgd"), arm("adam")), OUTCOME)
    assert [len(points) for points in asked] == [6, 4, 2, 4]  # three ahead, then two a round, of each; two seeds
    trials = [point for points in asked[:3] for point in points]
    assert arms_of(trials).count("optimizer=sgd") == arms_of(trials).count("optimizer=adam") == len(RATES)
    assert {point.seed for point in trials} == {"seed=10000"}


def test_comparison_has_the_best_rate_of_each_arm_under_the_arms_own_name():
    compared = led(fair_of(arm("sgd"), arm("adam")), OUTCOME)[-1]
    assert [(point.arm, rate_of(point), point.seed) for point in compared] == [
        (f"optimizer={name}", rate, f"seed={seed}")
        for seed in (0, 1)
        for name, rate in (("sgd", "0.3"), ("adam", "0.01"))
    ]


def test_chosen_rate_takes_the_place_of_the_one_that_was_typed():
    shared = arm("sgd", shared=("optimizer.lr=0.5",)), arm("adam", own=("optimizer.lr=0.2",), shared=())
    asked = led(fair_of(*shared), OUTCOME)
    assert {rate_of(point) for points in asked[:-1] for point in points} == set(RATES)
    assert [rate_of(point) for point in asked[-1][:2]] == ["0.3", "0.01"]


def test_arm_that_is_not_tuned_is_compared_as_it_is():
    asked = led(fair_of(arm("sgd"), arm("lbfgs", is_tuned=False)), best_at(sgd="0.1", lbfgs=""))
    assert [arms_of(points).count("optimizer=lbfgs") for points in asked] == [0, 0, 0, 2]
    assert rate_of(asked[-1][1]) is None


def test_trial_that_diverged_is_never_chosen_and_an_arm_without_a_result_stays_as_it_is():
    def outcome(point):
        is_compared = not point.seed.endswith("10000")
        return "diverged" if point.swept[0] == "optimizer=adam" and not is_compared else OUTCOME(point)

    fair = fair_of(arm("sgd"), arm("adam"))
    compared = led(fair, outcome)[-1]
    assert [rate_of(point) for point in compared[:2]] == ["0.3", None]
    assert fair.arms[1].told().ended == {"diverged": 6}


def test_untuned_arms_go_on_beside_the_first_trials_and_are_no_part_of_the_comparison():
    arms = [arm("sgd"), arm("adam")]
    beside = [untuned(point) for point in fixed("sgd", "adam").points([one.point for one in arms])]
    fair = fair_of(*arms, untuned=beside)
    asked = led(fair, OUTCOME)
    assert asked[0][6:] == beside
    assert [one.point.arm for one in fair.beside[:2]] == ["untuned optimizer=sgd", "untuned optimizer=adam"]
    assert not {point.arm for point in asked[-1]} & {point.arm for point in beside}


def test_killed_and_repeated_comparison_makes_the_same_choices():
    unbroken = led(fair_of(arm("sgd"), arm("adam")), OUTCOME)
    for rounds in range(1, 4):
        assert led(fair_of(arm("sgd"), arm("adam")), OUTCOME, rounds=rounds) == unbroken[:rounds]


def test_arm_that_is_added_changes_nothing_of_the_others():
    two, three = (led(fair_of(*map(arm, names)), best_at(sgd="0.3", adam="0.01", muon="1")) for names in (
        ("sgd", "adam"), ("sgd", "muon", "adam"),
    ))  # fmt: skip
    for before, after in zip(two, three):
        assert before == [point for point in after if point.swept[0] != "optimizer=muon"]


def test_comparison_adds_seeds_until_it_is_decided():
    plan = SeedPlan((5, 8), first_seed=5)
    until = []

    def begun(points):
        until.append(UntilDecided(points, plan, None, None))
        return until[0]

    arms = [arm("sgd"), arm("adam")]
    seeds = FreshSeeds(dict.fromkeys([one.point.arm for one in arms], plan.seeds[:5]), 8, begun)
    fair = Fair(arms, seeds)
    assert fair.standing().num_more == 12 + 2 * 8
    compared = led(fair, OUTCOME)[3:]
    assert sorted({point.seed for point in compared[0]}) == [f"seed={seed}" for seed in range(5, 10)]
    assert [rate_of(point) for point in compared[0][:2]] == ["0.3", "0.01"]
    assert fair.standing().num_more == 0


def test_standing_says_what_was_chosen_so_far():
    fair = fair_of(arm("sgd"), arm("lbfgs", is_tuned=False))
    assert fair.standing().lines == ()
    assert fair.standing().num_more == 6 + 4
    led(fair, best_at(sgd="0.01", lbfgs=""), rounds=1)
    head, sgd, lbfgs = fair.standing().lines
    assert head == "tuned    with 3 trials an arm"
    assert sgd.split(maxsplit=1) == ["optimizer=sgd", " 90.0 % on validation  optimizer.lr=0.01".strip()]
    assert lbfgs.split(maxsplit=1)[1] == "is not tuned"
