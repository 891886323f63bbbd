"""Halving as typed, whose runs end as told; nothing is trained."""

import pytest

from cnnlab.outputs.halving_file import read_halved
from cnnlab.outputs.study_folder import StudyFolder
from tests.sweeps.sweep_maker import main

pytestmark = pytest.mark.usefixtures("swept")
WORDS = ["-m", "batch_size=range(10,70,10)", "epochs=4", "halving=true"]  # which Hydra composes once


def test_study_is_about_those_left_and_says_how_far_the_others_came(swept, capsys):
    assert main([*WORDS, "seed=0,1"]) == 0
    study = StudyFolder.named("batch_size-halving")
    assert len(swept) == 6 + 3 * 2
    left = list(dict.fromkeys(row.arm for row in study.read_grid()))
    halved = read_halved(study)
    assert left == [arm.arm for arm in halved.arms if arm.fell_after is None]
    assert (len(left), halved.stages, halved.eta, halved.seed) == (3, (2,), 2, 10_000)
    assert "Of 6 arms 3 are compared" in " ".join(capsys.readouterr().out.split())
    swept.clear()
    assert main([*WORDS, "seed=0,1"]) == 0
    assert swept == []


@pytest.mark.parametrize(
    ("scheduler", "line"),
    [
        ("constant,step", "stages   1, 2 epochs: 24 in all, 6 of which are not trained again"),
        ("constant,cosine", "stages   1, 2 epochs: 24 in all, at most 6 of which are not trained again"),
        ("cosine,linear", "stages   1, 2 epochs: 24 in all; scheduler=constant would save 6 of them"),
    ],
)
def test_plan_tells_arms_that_go_on_by_their_schedules(scheduler, line, unmeasured, capsys):
    assert main([*WORDS, f"scheduler={scheduler}", "plan=true"]) == 0
    assert line in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-m", "optimizer=sgd,adam", "halving=true"], "halving: begins with more than 4 arms, got 2. Leave it out"),
        ([*WORDS, "epochs=1"], "epochs: halving begins with a part of them, got 1. Give 2 or more."),
        (
            [*WORDS[:2], "epochs=2,4", "halving=true"],
            "epochs: are what halving gives out, so that they cannot",
        ),
        ([*WORDS, "until=decided"], "until: decided chooses the seeds of all arms. Leave it out of halving"),
        ([*WORDS, "trials=3"], "trials: is about tuning, got 3. Leave it out of halving."),
        ([*WORDS, "dataset.val_fraction=0"], "halving: goes by the validation accuracy, got dataset.val_fraction=0."),
        ([*WORDS, "cross_validation=5"], "halving: compares those left over fresh seeds, where folds are fixed"),
        ([*WORDS[:3], "eta=3"], "eta: goes with halving=true, got 3. Add halving=true."),
        ([*WORDS, "fair=optimizer.lr=log(1e-4,1)"], "halving: does not go with fair=, got true. Leave it out."),
    ],
)
def test_what_does_not_go_together_is_told(words, message, capsys):
    given = {word.partition("=")[0]: word for word in words}
    assert main(list(given.values())) == 2
    assert message in capsys.readouterr().err


def test_heads_that_learn_at_once_have_no_epochs_to_be_given_out(capsys):
    assert main(["transfer", "-m", "head=svm,logistic", "head.C=0.1,1,10", "epochs=4", "halving=true"]) == 2
    assert "halving: gives out epochs, and head=" in capsys.readouterr().err
