"""What a sweep would do."""

import pytest

from tests.sweeps.sweep_maker import main

pytestmark = pytest.mark.usefixtures("swept")


def test_plan_shows_every_run_and_runs_nothing(swept, capsys):
    main(["-m", "seed=0", "epochs=1"])
    capsys.readouterr()
    assert main(["-m", "seed=0,1", "epochs=1", "plan=true"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "plan     seed: 2 runs, 1 finished, 1 to do"
    assert [line.split()[:3] for line in lines[1:5:2]] == [["finished", "seed=0"], ["to", "do", "seed=1"]]
    assert len(swept) == 1


def test_plan_of_a_finished_sweep_says_that_nothing_is_left(capsys):
    main(["-m", "seed=0,1"])
    capsys.readouterr()
    assert main(["-m", "seed=0,1", "plan=true"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "total    nothing to do"


def test_plan_with_wrong_points_ends_with_1(swept, capsys):
    assert main(["-m", "optimizer.lr=0.1,-1", "plan=true", "model.width=0.05"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "1 run would be refused, see above."
