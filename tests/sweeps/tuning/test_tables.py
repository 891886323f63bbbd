"""What is said of a tuning in the terminal."""

import dataclasses

import pytest

from cnnlab.sweeps.tuning.importance import Importance
from cnnlab.sweeps.tuning.tables import best_command, terminal_lines
from cnnlab.sweeps.tuning.tuned import read_tuned
from tests.sweeps.tuning.tuning_maker import written


def test_table_best_first_then_the_honest_sentences_and_the_command(tmp_path):
    tuned = read_tuned(written(tmp_path)[0])
    lines = terminal_lines(tuned, [], width=80)
    assert lines[0].split() == ["trial", "lr", "optimizer", "val", "%", "val", "loss"]
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "0"]
    text = " ".join(lines)
    assert "The best of 3 trials on validation is trial 1, with 90.00 %: chosen for that figure" in text
    assert "Test accuracy over 2 fresh seeds (5 to 6), which no trial had: 75.0 (70.0 to 80.0) %." in text
    values = tuned.best.trial.values
    assert lines[-2] == (
        f"best     cnnlab train epochs=2 optimizer.lr={values['optimizer.lr']} optimizer={values['optimizer']}"
    )
    assert lines[-1] == f"open     {tuned.study.path / 'report.html'}"
    assert max(map(len, lines[:-2])) <= 80


@pytest.mark.parametrize("width", [40, 60])
def test_narrow_terminal_leaves_out_settings(width, tmp_path):
    lines = terminal_lines(read_tuned(written(tmp_path)[0]), [], width=width)
    assert max(map(len, lines[:4])) <= width


def test_trials_without_a_result_are_counted(tmp_path):
    study, _ = written(tmp_path, accuracies=(0.7, None, None), fresh=(None, 0.8))
    text = " ".join(terminal_lines(read_tuned(study), [], width=80))
    assert f"the best 1 of 3 trials (2 refused): {study.path / 'trials.csv'}" in text
    assert "Test accuracy over one fresh seed (6), which no trial had: 75.00 %; 1 of 2 have no result." in text


def test_best_at_an_end_of_its_range_is_said(tmp_path):
    tuned = read_tuned(written(tmp_path)[0])
    trial = dataclasses.replace(tuned.best.trial, values={"optimizer.lr": "0.99", "optimizer": "adam"})
    tried = tuple(dataclasses.replace(one, trial=trial) if one == tuned.best else one for one in tuned.tried)
    text = " ".join(terminal_lines(dataclasses.replace(tuned, tried=tried), [], width=200))
    assert (
        "optimizer.lr=0.99 lies at the high end of log(0.0001,1): the best may lie beyond. Widen it, if it can be."
        in text
    )


def test_without_a_finished_trial_nothing_is_said_of_a_best(tmp_path):
    lines = terminal_lines(read_tuned(written(tmp_path, accuracies=(None,), fresh=())[0]), [], width=80)
    assert lines[-2] == "No trial is finished, of 1 trial (1 refused): nothing can be said."


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cnnlab tune transfer head=svm 'head.C=log(1,9)' trials=3", "cnnlab transfer head=svm"),
        (
            "cnnlab tune -m optimizer=a,b seed=3 study=mine plan=true hydra/launcher=pool device=cpu",
            "cnnlab train device=cpu",
        ),
        ("cnnlab tune experiment=mine trials=3", "cnnlab train -m experiment=mine"),
    ],
)
def test_command_of_the_best_leaves_out_what_was_of_the_search(command, expected, tmp_path):
    tuned = dataclasses.replace(read_tuned(written(tmp_path)[0]), command=command)
    assert best_command(tuned, tuned.best).startswith(f"{expected} optimizer.lr=")


def test_command_of_the_best_of_an_arm_has_its_words(tmp_path):
    command = "cnnlab transfer -m --config-dir own experiment=mine arm=a,b loss=x,y epochs=2 fair=x exclude=z seed=0,1"
    tuned = read_tuned(written(tmp_path)[0])
    tuned = dataclasses.replace(tuned, command=command, words=('arm="a b"', "loss=y"))
    chosen = best_command(tuned, tuned.best).partition(" optimizer.lr=")[0]
    assert chosen == "cnnlab transfer -m --config-dir own experiment=mine epochs=2 'arm=\"a b\"' loss=y"


def test_settings_that_matter_are_told_from_those_that_show_no_more_than_chance(tmp_path):
    found = [Importance("optimizer.lr", 0.7, 0.5, 0.9, 0.2), Importance("optimizer", 0.1, 0, 0.3, 0.2)]
    text = " ".join(terminal_lines(read_tuned(written(tmp_path)[0]), found, width=200))
    assert "each setting alone has: optimizer.lr 70 % (50 to 90). optimizer: no more than chance shows." in text
    text = " ".join(terminal_lines(read_tuned(written(tmp_path / "b")[0]), [], width=200))
    assert "How much the settings matter is not known from so few trials." in text
