"""What has to be known before a verdict is believed."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from tests.comparison.study_maker import write_study

SGD, ADAM = "optimizer=sgd", "optimizer=adam"
ARMS = {SGD: [0.9, 0.8], ADAM: [0.9, 0.7]}


def compared(arms=ARMS, **more):
    return compare_study(write_study(arms, **more))


def test_nothing_is_said_where_there_is_nothing_to_say():
    found = compared()
    assert (found.cautions, found.failures, found.advice) == ([], [], None)


CAUTIONS = [
    (
        {SGD: {"majority": 0.85}},
        "Below the constant answer of the most frequent class (85.00 %): sgd in 1 of 2 runs.",
    ),
    (
        {SGD: {"epochs": 5}, ADAM: {"epochs": 12}},
        "Budgets differ: epochs 5 (sgd), 12 (adam); images seen 5,000 (sgd), 12,000 (adam).",
    ),
    (
        {SGD: {"num_train": 100, "dataset": {"name": "digits", "split_seed": 0, "per_class": 10}}},
        "Budgets differ: dataset.per_class 10 (sgd), none (adam); images seen 300 (sgd), 3,000 (adam).",
    ),
    ({SGD: {"max_minutes": 3.0}}, "Budgets differ: max_minutes 3 (sgd), none (adam)."),
    ({SGD: {"environment": {"precision": "bf16"}}}, "Runs were not made alike: precision bf16 (sgd), fp32 (adam)."),
    (
        {SGD: {"environment": {"device": "cuda", "device_name": "a GPU", "threads": 8}}},
        "Runs were not made alike: device cuda (sgd), cpu (adam); processor a GPU (sgd), a processor (adam); "
        "threads 8 (sgd), 2 (adam).",
    ),
    (
        {SGD: {"environment": {"torch": "2.8", "cnnlab": "0.2"}}},
        "Runs were not made alike: version of cnnlab 0.2 (sgd), 0.1.0 (adam); version of torch 2.8 (sgd), 2.9 (adam).",
    ),
    (
        {SGD: {"environment": {"schema": None}}, ADAM: {"environment": {"schema": None}}},
        "Made by an older version of cnnlab (schema 1, now 4).",
    ),
    (
        {SGD: {"optimizer": {"name": "sgd", "lr": 0.01}}, ADAM: {"optimizer": {"name": "adam", "lr": 0.01}}},
        "All optimizers ran at optimizer.lr=0.01, which suits some better than others. By default each has its own: "
        "sgd 0.1, adam 0.001.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("more", "caution"), CAUTIONS)
def test_caution_says_what_and_who(more, caution):
    assert compared(more=more).cautions == [caution]


def test_arms_that_stopped_early_had_other_budgets_than_their_settings_say():
    folder = write_study(ARMS, more={name: {"epochs": 9} for name in ARMS})
    for run_id in ("trial-arm0-s0", "trial-arm0-s1"):
        run = RunFolder(RUNS / run_id)
        run.write_json("summary.json", run.read_json("summary.json") | {"epochs_trained": 4})
    assert compare_study(folder).cautions == [
        "Budgets differ: epochs trained 4 (sgd), 9 (adam); images seen 4,000 (sgd), 9,000 (adam)."
    ]


def test_optimizers_at_their_own_rates_or_one_optimizer_at_one_rate_are_fine():
    own = {SGD: {"optimizer": {"name": "sgd", "lr": 0.1}}, ADAM: {"optimizer": {"name": "adam", "lr": 0.001}}}
    assert compared(more=own).cautions == []
    one = {"activation=relu": [0.9, 0.8], "activation=tanh": [0.9, 0.7]}
    shared = {name: {"optimizer": {"name": "sgd", "lr": 0.5}} for name in one}
    assert compared(one, more=shared).cautions == []


def test_baseline_that_diverged_is_flattered():
    (caution,) = compared({SGD: [0.9, "diverged"], ADAM: [0.9, 0.8]}).cautions
    assert caution == (
        "The baseline sgd diverged in 1 of 2 runs; differences are over the seeds that it survived, which flatters it."
    )


def test_tie_by_validation_is_told():
    arms = {SGD: [0.7, 0.6, 0.5], ADAM: [0.5, 0.6, 0.7], "optimizer=nadam": [0.6, 0.6, 0.5], "optimizer=radam": [0.7]}
    found = compared(arms, more={"optimizer=radam": {"val": 0.6}})
    assert found.cautions == [
        "A tie by validation at 60.00 %: sgd, adam, radam. The first of them as typed counts as the best."
    ]
    assert found.best.label == SGD


def test_two_names_of_the_same_runs_are_found():
    folder = write_study(ARMS)
    rows = folder.read_grid()
    twins = [type(row)("optimizer.lr=1e-3", row.seed, row.run_id, "") for row in rows if row.arm == ADAM]
    folder.write_grid(folder.read_study(), [*rows, *twins])
    assert compare_study(folder).cautions == [
        "The same runs under several names: optimizer=adam and optimizer.lr=1e-3."
    ]


def test_failures_are_listed_by_reason():
    arms = {SGD: ["refused: optimizer.lr: must be > 0.", "failed"], ADAM: ["failed", "diverged", "failed"]}
    found = compared(arms, more={SGD: {"reason": "boom"}, ADAM: {"reason": "boom"}})
    assert found.failures == [
        "refused: sgd (seed 0): optimizer.lr: must be > 0.",
        "failed: sgd (seed 1), adam (seeds 0, 2): boom.",
        "diverged: adam (seed 1): boom.",
    ]


ADVICE = [
    ("cnnlab -m optimizer=sgd,adam", "cnnlab -m optimizer=sgd,adam seed=0,1,2  (about 12 s)"),
    ("cnnlab -m seed=0 experiment=x", "cnnlab -m experiment=x seed=0,1,2  (about 12 s)"),
]


@pytest.mark.parametrize(("command", "advice"), ADVICE)
def test_one_seed_brings_the_command_that_adds_some_and_its_time(command, advice):
    """Two arms, two new seeds, 3 s a run."""
    assert compared({SGD: [0.9], ADAM: [0.8]}, command=command).advice == advice


def test_without_a_finished_run_no_time_is_estimated():
    assert compared({SGD: ["waiting"], ADAM: ["running"]}, command="cnnlab -m x=1").advice == "cnnlab -m x=1 seed=0,1,2"
