"""What to type next."""

import pytest

from cnnlab.comparison import compare_study
from cnnlab.outputs.study_folder import SeedPlan
from tests.comparison.study_maker import write_study

SGD, ADAM, NADAM = "optimizer=sgd", "optimizer=adam", "optimizer=nadam"
LOW, HIGH = [0.50, 0.52, 0.51, 0.49, 0.50], [0.90, 0.91, 0.89, 0.90, 0.92]
COMMAND = "cnnlab -m optimizer=sgd,adam seed=0,1,2,3,4"


def step(arms, *, command=COMMAND, **more):
    return compare_study(write_study(arms, command=command, **more)).next_step


@pytest.mark.parametrize(
    ("command", "added"),
    [
        ("cnnlab -m optimizer=sgd,adam", "cnnlab -m optimizer=sgd,adam seed=0,1,2,3,4  (about 24 s)"),
        ("cnnlab -m seed=0 experiment=x", "cnnlab -m experiment=x seed=0,1,2,3,4  (about 24 s)"),
    ],
)
def test_one_seed_brings_the_command_that_adds_some_and_its_time(command, added):
    """Two arms, four new seeds, 3 s a run."""
    assert step({SGD: [0.9], ADAM: [0.8]}, command=command) == added


def test_without_a_finished_run_no_time_is_estimated():
    assert step({SGD: ["waiting"], ADAM: ["running"]}, command="cnnlab -m x=1") == "cnnlab -m x=1 seed=0,1,2,3,4"


UNTIL = "cnnlab -m optimizer=sgd,adam until=decided  (a new study: seeds until it is decided)"


@pytest.mark.parametrize("arms", [{SGD: LOW, ADAM: LOW}, {SGD: LOW, ADAM: HIGH, NADAM: HIGH}])
def test_what_is_left_open_is_answered_by_a_study_that_adds_seeds(arms):
    assert step(arms) == UNTIL


def test_what_was_decided_is_used():
    assert step({SGD: LOW, ADAM: HIGH}) == "cnnlab predict trial-arm1-s4 IMAGE...  (classify with its best run)"
    assert step({SGD: LOW, ADAM: HIGH, NADAM: LOW}).startswith("cnnlab predict trial-arm1-s4 ")
    assert step({SGD: HIGH, ADAM: LOW}).startswith("cnnlab predict trial-arm0-s4 ")


def test_plan_that_is_not_over_goes_on_with_its_own_command():
    assert (
        step({SGD: LOW, ADAM: [0.52, 0.50, 0.56, 0.50, 0.55]}, plan=SeedPlan((5, 8))) == f"{COMMAND}  (goes on with it)"
    )


def test_nothing_is_proposed_where_nothing_helps():
    assert step({SGD: LOW, ADAM: LOW}, plan=SeedPlan((5,))) is None
    assert step({SGD: LOW, ADAM: LOW}, command="") is None
