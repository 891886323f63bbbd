"""From words to a tuning, and what is refused."""

import sys

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli import main as cli
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.run_folder import RunFolder
from cnnlab.outputs.status import write_status
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.points import Grid, key_of
from cnnlab.sweeps.tuning.beginning import begin_tuning
from tests.conftest import composed

SPACE = ["optimizer.lr=log(1e-4,1)", "optimizer=momentum,adam"]


def begun(*words):
    """Return the conversation that words beside a range ask for."""
    typed = {key_of(word): word for word in words}
    axes = {key: word.partition("=")[2].split(",") for key, word in typed.items() if "," in word}
    grid = Grid({"": ()}, {key: [f"{key}={value}" for value in values] for key, values in axes.items()}, (), ())
    return begin_tuning(grid, SPACE[:1], lambda overrides: composed(*overrides), typed)


def main(*words):
    return cli.main(["tune", *words, "plots=false"])


def test_trials_are_run_then_the_best_over_fresh_seeds(searched, tmp_path):
    assert main(*SPACE, "trials=12", "seed=3") == 0
    *trials, _, _, _, _, _ = searched
    assert len(trials) == 12
    assert {seed for *_, seed in trials} == {3}
    assert all(1e-4 <= rate <= 1 for _, rate, _ in trials)
    best = min(trials, key=lambda run: max(run[1] / 0.01, 0.01 / run[1]))
    assert searched[12:] == [(*best[:2], seed) for seed in range(4, 9)]
    assert [path.name for path in (tmp_path / "outputs").iterdir() if path.name != "runs"] == [
        "tune-optimizer-optimizer.lr"
    ]


def test_repeated_it_trains_nothing_and_with_more_trials_only_those(searched, tmp_path):
    assert main(*SPACE, "trials=6") == 0
    assert main(*SPACE, "trials=6") == 0
    assert len(searched) == 11
    assert main(*SPACE, "trials=8") == 0
    assert len(searched) - 11 in (2, 7)  # another best has seeds of its own
    assert len(list((tmp_path / "outputs").glob("tune*"))) == 1


def test_run_over_a_fresh_seed_that_another_tuning_has_pruned_goes_on(searched):
    assert main(*SPACE, "trials=2") == 0
    write_status(RunFolder(next(RUNS.glob("*-s3-*"))), "pruned", epoch=1)
    assert main(*SPACE, "trials=2") == 0
    assert [seed for *_, seed in searched[7:]] == [3]


def test_another_space_or_seed_is_another_study(searched, tmp_path):
    for words in (SPACE, [*SPACE, "seed=1"], ["optimizer.lr=log(1e-3,1)", SPACE[1]], [*SPACE, "sampler=random"]):
        assert main(*words, "trials=3") == 0
    assert len(list((tmp_path / "outputs").glob("tune*"))) == 4


def test_trial_that_diverges_is_a_failure_only_where_no_other_is_finished(searched, capsys):
    assert main("optimizer.lr=uniform(0.91,1)", "trials=2") == 1
    assert "No trial is finished, of 2 trials (2 diverged): nothing can be said." in capsys.readouterr().out
    assert main("optimizer.lr=0.1,0.95", "trials=2", "sampler=grid") == 0
    assert "(1 diverged)" in capsys.readouterr().out


def test_invalid_trial_is_refused_with_its_reason_and_is_no_failure(searched, capsys):
    assert main("batch_size=1,32", "optimizer.lr=log(1e-4,0.1)", "trials=6", "sampler=random") == 0
    assert "batch_size: must be > 1 with normalization=batch, got 1." in capsys.readouterr().err
    assert 0 < len(searched) - 5 < 6


def test_study_gives_what_is_tuned(searched):
    from tests.sweeps.sweep_maker import study

    words = study('study: mine\ntrials: 2\nhydra: {sweeper: {params: {optimizer.lr: "0.1,0.01", seed: "0,1"}}}')
    assert main(*words) == 0
    assert {rate for _, rate, seed in searched if seed == 0} <= {0.1, 0.01}
    assert StudyFolder.named("mine").read_study().command.startswith("cnnlab tune ")


def test_plan_says_what_is_known_and_writes_nothing(searched, unmeasured, tmp_path, capsys):
    assert main(*SPACE, "trials=12", "plan=true") == 0
    out = capsys.readouterr().out
    assert "least    10 runs, those above: they are chosen by what comes of these\nmost     17 runs" in out
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            [],
            "tune: nothing to search. Give ranges or lists: cnnlab tune 'optimizer.lr=log(1e-4,1)' optimizer=sgd,adam",
        ),
        (["optimizer.lr=log(0,1)"], "optimizer.lr: the ends of log must be > 0, got 0. uniform(0,1) may hold it."),
        (["optimizer.lrr=log(0.1,1)"], "optimizer.lrr: unknown key. Did you mean 'optimizer.lr'?"),
        ([*SPACE, "seed=0,1"], "seed: is not searched, got 0,1. Give one; the best gets fresh seeds."),
        (
            [*SPACE, "until=decided"],
            "until: is about arms that are compared, got decided. Leave it out of cnnlab tune.",
        ),
        ([*SPACE, "trials=0"], "trials: must be > 0, got 0 (null turns it off)."),
        (
            [*SPACE, "sampler=tpee"],
            "sampler: unknown 'tpee'. Did you mean 'tpe'? Known: cmaes, grid, qmc, random, tpe (null",
        ),
        ([*SPACE, "zip=optimizer,optimizer.lr"], "zip: "),
        (
            [*SPACE, "exclude=optimizer=sgd"],
            "exclude: is about a grid, got optimizer=sgd. Leave it out of cnnlab tune.",
        ),
        (
            [*SPACE, "dataset.val_fraction=0"],
            "tune: goes by the validation accuracy, got dataset.val_fraction=0. Give it some images.",
        ),
    ],
)
def test_what_does_not_make_a_tuning_is_told(words, message, searched, capsys):
    assert main(*words) == 2
    assert message in capsys.readouterr().err
    assert searched == []


@pytest.mark.parametrize(
    ("words", "told"),
    [([], "median"), (["pruner=none"], "none"), (["pruner=hyperband"], "hyperband"), (["epochs=1,2"], "none")],
)
def test_trials_end_early_by_the_median_where_they_can_be_compared(words, told, in_empty_folder):
    assert begun(*words).asked.common["pruner"] == told


def test_pruner_of_trials_with_other_numbers_of_epochs_is_refused(in_empty_folder):
    message = r"^pruner: compares trials of as many epochs, got epochs=1,2\. Leave one out\.$"
    with pytest.raises(ConfigError, match=message):
        begun("epochs=1,2", "pruner=median")


def test_named_arms_are_tuned_one_at_a_time(searched, capsys):
    from tests.sweeps.sweep_maker import NAMED_ARMS, study

    words = [*study(f"study: s\n{NAMED_ARMS}"), "optimizer.lr=log(1e-3,0.1)", "trials=2"]
    assert main(*words) == 2
    assert "arm: one is tuned at a time, of slow, fast. Choose it: arm=slow\n" in capsys.readouterr().err
    assert main(*words, "arm=slow") == 0
    assert {name for name, *_ in searched} == {"sgd"}


def test_without_optuna_a_sweep_goes_on_and_a_tuning_says_what_to_install(searched, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(*SPACE) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("tune: Optuna is not installed (")
    assert line.endswith("-m pip install 'optuna>=5,<6' 'cmaes>=0.12'")
    assert cli.main(["-m", "seed=0", "plots=false"]) == 0
