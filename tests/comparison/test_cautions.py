"""What has to be known before a verdict is believed."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
ARMS = {SGD: [0.9, 0.8], ADAM: [0.9, 0.7]}


def compared(arms=ARMS, **more):
    return compare_study(write_study(arms, **more))


def told(found):
    """What is said besides what every comparison of so few seeds and test images says."""
    assert found.cautions[-1].startswith("Any test set")
    return [text for text in found.cautions[:-1] if not text.startswith("Fewer than 5 seeds")]


def test_nothing_is_said_where_there_is_nothing_to_say():
    found = compared({SGD: [0.9, 0.8, 0.9, 0.8, 0.9], ADAM: [0.9, 0.7, 0.9, 0.8, 0.9]})
    assert (found.cautions, found.failures) == (
        ["Any test set of 100 images has a sampling error of ± 6.8 points; more seeds don't reduce it."],
        [],
    )


def test_sampling_error_of_the_test_set_is_that_of_a_share_worked_by_hand():
    """1.96 sqrt(0.9 * 0.1 / 1000) = 0.0186"""
    found = compared({SGD: [0.9] * 5, ADAM: [0.8] * 5}, more={name: {"num_test": 1000} for name in (SGD, ADAM)})
    assert found.cautions == [
        "Any test set of 1,000 images has a sampling error of ± 1.9 points; more seeds don't reduce it."
    ]


FEW = "Fewer than 5 seeds: where training sometimes fails, chance alone can look like this."
MISSING = "1 run is still missing: adam (seed 4). What is said here may change."
LOOKS = [
    ({}, [0.9, 0.8, 0.8], [FEW]),
    ({}, [0.9, 0.8, 0.7, 0.6, "waiting"], [FEW, MISSING]),
    ({"looked_at": (3,)}, [0.9, 0.8, 0.7, 0.9, 0.8], ["Seeds were added after a look: its error is not 5 %."]),
    ({"looked_at": (5,)}, [0.9, 0.8, 0.7, 0.9, 0.8], []),
    ({"plan": SeedPlan((5, 8), is_changed=True)}, [0.9, 0.8, 0.7, 0.9, 0.8],
     ["Arms or seeds were added to the plan after a look: its error is not 5 %."]),
    ({"plan": SeedPlan((5, 8), after="optimizer")}, [0.9, 0.8, 0.7, 0.9, 0.8],
     ["Study optimizer was looked at before, with other seeds: together the two err in up to 9.75 %."]),
]  # fmt: skip


@pytest.mark.parametrize(("more", "outcomes", "expected"), LOOKS)
def test_number_of_seeds_and_looks_are_told(more, outcomes, expected):
    arms = {SGD: [0.9, 0.7, 0.8, 0.9, 0.7][: len(outcomes)], ADAM: outcomes}
    assert compared(arms, **more).cautions[:-1] == expected


CHANCE = [
    ([0.5, 0.9, 0.5, 0.9, 0.9], "2 of 5 runs of adam stayed at chance, 50.0 %, the share of the most frequent class: "
     "the mean is of two kinds of runs."),
    ([0.5, 0.49, 0.5, 0.48, 0.55], "5 of 5 runs of adam stayed at chance, 50.0 %, the share of the most frequent "
     "class."),
    ([0.62, 0.9, 0.9, 0.9, 0.9], None),
]  # fmt: skip


@pytest.mark.parametrize(("adam", "caution"), CHANCE)
def test_runs_that_stayed_at_chance_are_counted(adam, caution):
    """Of 100 images, half of one class, the constant answer has up to 59.8 % in 97.5 % of test sets."""
    found = compared({SGD: [0.9, 0.8, 0.9, 0.8, 0.9], ADAM: adam})
    assert [text for text in found.cautions if "chance," in text] == ([] if caution is None else [caution])


CAUTIONS = [
    (
        {SGD: {"epochs": 5}, ADAM: {"epochs": 12}},
        "Budgets differ: epochs 5 (sgd), 12 (adam); images seen 5,000 (sgd), 12,000 (adam).",
    ),
    (
        {SGD: {"num_train": 100, "dataset": {"name": "digits", "split_seed": 0, "per_class": 10}}},
        "Budgets differ: dataset.per_class 10 (sgd), none (adam); images seen 300 (sgd), 3,000 (adam).",
    ),
    (
        {SGD: {"leaked": {"test": 3}}, ADAM: {"leaked": {"val": 9}}},
        "3 of 100 test images are training images too, so accuracies are too high: cnnlab data shows them.",
    ),
    ({SGD: {"max_minutes": 3.0}}, "Budgets differ: max_minutes 3 (sgd), none (adam)."),
    (
        {SGD: {"environment": {"precision": "bf16"}}},
        "Runs were not made in the same way: precision bf16 (sgd), fp32 (adam).",
    ),
    (
        {SGD: {"environment": {"compile": True}}, ADAM: {"environment": {"compile": False}}},
        "Runs were not made in the same way: torch.compile True (sgd), False (adam).",
    ),
    (
        {SGD: {"environment": {"device": "cuda", "device_name": "a GPU", "threads": 8}}},
        "Runs were not made in the same way: device cuda (sgd), cpu (adam); processor a GPU (sgd), a processor (adam); "
        "threads 8 (sgd), 2 (adam).",
    ),
    (
        {SGD: {"environment": {"num_at_once": 2}}},
        "Trained with another share of the machine than most runs, so without seconds: adam.",
    ),
    (
        {SGD: {"environment": {"torch": "2.8", "cnnlab": "0.2"}}},
        "Runs were not made in the same way: version of cnnlab 0.2 (sgd), 0.1.0 (adam); version of torch "
        "2.8 (sgd), 2.9 (adam).",
    ),
    (
        {SGD: {"environment": {"schema": None}}, ADAM: {"environment": {"schema": None}}},
        "Made by an older version of cnnlab (schema 1, now 6).",
    ),
    (
        {SGD: {"optimizer": {"name": "sgd", "lr": 0.01}}, ADAM: {"optimizer": {"name": "adam", "lr": 0.01}}},
        "All optimizers ran at optimizer.lr=0.01, which suits some better than others. By default each has its own: "
        "sgd 0.1, adam 0.001. To compare each at its best, add 'fair=optimizer.lr=log(1e-4,1)' trials=12 to the "
        "command.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("more", "caution"), CAUTIONS)
def test_caution_says_what_and_who(more, caution):
    assert told(compared(more=more)) == [caution]


def test_arms_that_stopped_early_had_other_budgets_than_their_settings_say():
    folder = write_study(ARMS, more={name: {"epochs": 9} for name in ARMS})
    for run_id in ("trial-arm0-s0", "trial-arm0-s1"):
        run = RunFolder(RUNS / run_id)
        run.write_json("summary.json", run.read_json("summary.json") | {"epochs_trained": 4})
    assert told(compare_study(folder)) == [
        "Budgets differ: epochs trained 4 (sgd), 9 (adam); images seen 4,000 (sgd), 9,000 (adam)."
    ]


def test_optimizers_at_their_own_rates_or_one_optimizer_at_one_rate_are_fine():
    own = {SGD: {"optimizer": {"name": "sgd", "lr": 0.1}}, ADAM: {"optimizer": {"name": "adam", "lr": 0.001}}}
    assert told(compared(more=own)) == []
    one = {"activation=relu": [0.9, 0.8], "activation=tanh": [0.9, 0.7]}
    shared = {name: {"optimizer": {"name": "sgd", "lr": 0.5}} for name in one}
    assert told(compared(one, more=shared)) == []


def test_baseline_that_diverged_is_flattered():
    (caution,) = told(compared({SGD: [0.9, "diverged"], ADAM: [0.9, 0.8]}))
    assert caution == (
        "The baseline sgd diverged in 1 of 2 runs; differences are over the seeds that it survived, which flatters it."
    )


def test_tie_by_validation_is_told():
    arms = {SGD: [0.9, 0.8, 0.7], ADAM: [0.7, 0.8, 0.9], "optimizer=nadam": [0.8, 0.8, 0.7], "optimizer=radam": [0.9]}
    found = compared(arms, more={"optimizer=radam": {"val": 0.8}})
    assert told(found) == ["A tie by validation at 80.00 %: sgd, adam, radam. The first of them as typed is marked."]
    assert found.chosen.label == SGD


def test_choice_of_validation_that_test_speaks_against_is_told():
    arms = {SGD: [0.9, 0.91, 0.92, 0.9, 0.91], ADAM: [0.8, 0.81, 0.82, 0.8, 0.81]}
    more = {ADAM: {"val": 0.95}}
    assert "Validation would choose adam, which is worse on test." in compared(arms, more=more).cautions
    third = {"optimizer=nadam": [0.7, 0.71, 0.72, 0.7, 0.71]}
    assert "Validation would choose adam, which is ruled out on test." in compared(arms | third, more=more).cautions


def test_two_names_of_the_same_runs_are_found():
    folder = write_study(ARMS)
    rows = folder.read_grid()
    twins = [type(row)("optimizer.lr=1e-3", row.seed, row.run_id, "") for row in rows if row.arm == ADAM]
    folder.write_grid(folder.read_study(), [*rows, *twins])
    assert told(compare_study(folder)) == ["The same runs under several names: optimizer=adam and optimizer.lr=1e-3."]


def test_failures_are_listed_by_reason():
    arms = {SGD: ["refused: optimizer.lr: must be > 0.", "failed"], ADAM: ["failed", "diverged", "failed"]}
    found = compared(arms, more={SGD: {"reason": "boom"}, ADAM: {"reason": "boom"}})
    assert found.failures == [
        "refused: sgd (seed 0): optimizer.lr: must be > 0.",
        "failed: sgd (seed 1), adam (seeds 0, 2): boom.",
        "diverged: adam (seed 1): boom.",
    ]
