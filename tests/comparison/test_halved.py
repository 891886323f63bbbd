"""A comparison of arms that halving has left says how far the others came, and claims nothing of them."""

import pytest

from cnnlab.comparison import compare_study, save, terminal_lines
from cnnlab.comparison.page import render
from cnnlab.outputs.halving_file import Halved, HalvedArm, write_halved
from tests.comparison.study_maker import write_study

LEFT = {"optimizer=sgd": [0.7, 0.8, 0.9], "optimizer=adam": [0.75, 0.84, 0.94]}
ARMS = (
    HalvedArm("optimizer=sgd", [0.6, 0.7]), HalvedArm("optimizer=muon", [0.5], 1),
    HalvedArm("optimizer=adam", [0.55, 0.8]), HalvedArm("optimizer=rmsprop", [None], 1),
    HalvedArm("optimizer=nadam", [0.56, 0.6], 2),
)  # fmt: skip


@pytest.fixture
def comparison(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = write_study(LEFT, command="cnnlab -m optimizer=sgd,adam halving=true")
    write_halved(folder, Halved(2, 10_000, (1, 2), ARMS))
    return compare_study(folder)


def test_every_arm_stands_as_far_as_it_came(comparison):
    assert comparison.beforehand.lines(80) == [
        "optimizer  stands               after 1  after 2",
        "adam       left                   55.00    80.00",
        "sgd        left                   60.00    70.00",
        "nadam      fell after 2 epochs    56.00    60.00",
        "muon       fell after 1 epoch     50.00        –",
        "rmsprop    fell after 1 epoch         –        –",
    ]


def test_what_is_claimed_is_said_and_what_is_not(comparison):
    assert comparison.conclusion[0] == (
        "Of 5 arms 2 are compared: the better ones by validation went on, 5 with 1 epoch, 3 with 2 epochs, at seed "
        "10000; those left were trained anew over seeds that no stage had."
    )
    assert comparison.beforehand.notes == [
        "Fell after 1 epoch muon, rmsprop; after 2 epochs nadam. There is no verdict on these: one that learns slowly "
        "falls too.",
        "Without a result in a stage: rmsprop.",
    ]
    assert "<h2>Halving</h2>" in render(comparison)
    assert "fell after 2 epochs" in "\n".join(terminal_lines(comparison, width=80))


def test_where_no_arm_is_left_nothing_is_said_of_a_comparison(comparison):
    arms = [HalvedArm(arm.arm, [0.5, None], 2) for arm in ARMS]
    write_halved(comparison.folder, Halved(2, 10_000, (1, 2, 4), arms))
    assert compare_study(comparison.folder).conclusion[0] == (
        "Of 5 arms none is compared, since none has a result in the last of: 5 with 1 epoch, 5 with 2 epochs."
    )


def test_csv_has_the_accuracy_that_an_arm_was_chosen_for(comparison):
    save(comparison, pictures=False)
    rows = comparison.folder.read_rows("comparison.csv")
    assert [(row["arm"], row["halving_val_accuracy"]) for row in rows] == [
        ("optimizer=sgd", "0.7"), ("optimizer=adam", "0.8"),
    ]  # fmt: skip


def test_next_step_adds_no_seeds_to_arms_that_others_would_be_chosen_with(comparison):
    assert "until=decided" not in (comparison.next_step or "")
