"""Points that are valid runs, each once, and those that are refused."""

import pytest

from cnnlab.outputs.study_folder import StudyFolder
from tests.option_maker import known
from tests.sweeps.sweep_maker import main

pytestmark = pytest.mark.usefixtures("swept")


def test_points_that_are_the_same_run_are_run_once(swept):
    assert main(["-m", "optimizer.lr=0.001,1e-3", "seed=0,0"]) == 0
    assert len(swept) == 1


def test_grid_says_what_every_point_was_and_which_run_it_is():
    main(["-m", "optimizer=sgd,adma", "seed=0,1"])
    rows = StudyFolder.named("optimizer").read_grid()
    assert [(row.arm, row.seed, row.overrides) for row in rows] == [
        (f"optimizer={name}", seed, f"optimizer={name} seed={seed}") for seed in "01" for name in ("sgd", "adma")
    ]
    assert [bool(row.run_id) for row in rows] == [True, False, True, False]
    assert rows[1].problem.startswith("optimizer: unknown 'adma'. Did you mean 'adam'?")


def test_wrong_points_are_told_before_the_others_run(swept, capsys):
    assert main(["-m", "optimizer=adam,sgd,adma", "seed=0,1", "optimizer.betas=[0.8,0.9]"]) == 1
    assert swept == [("adam", "relu", 0), ("adam", "relu", 1)]
    refused = [
        "  refused  optimizer=sgd seed=0 and 1 more",
        "           optimizer.betas: unknown key. optimizer takes: decoupled, lr, weight_decay.",
        "  refused  optimizer=adma seed=0 and 1 more",
        f"           optimizer: unknown 'adma'. Did you mean 'adam'? {known('optimizer')}",
    ]
    assert capsys.readouterr().err.splitlines() == [*refused, "4 of 6 runs failed:", *refused]
