"""`cnnlab tune` as typed."""

import pytest

from cnnlab.cli.main import main


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "train optimizer.lr=log(1e-4,1)",
            "optimizer.lr: is a range to search, got log(1e-4,1). Type: cnnlab tune 'optimizer.lr=log(1e-4,1)'\n",
        ),
        (
            "-m lr=uniform(0,1)",
            "optimizer.lr: is a range to search, got uniform(0,1). Type: cnnlab tune 'optimizer.lr=uniform(0,1)', "
            "or to tune every arm: 'fair=optimizer.lr=uniform(0,1)'\n",
        ),
        (
            "train trials=3",
            "trials: steers a tuning, got 3. Type: cnnlab tune 'optimizer.lr=log(1e-4,1)' trials=3\n",
        ),
        ("-m seed=0,1 trials=3", "trials: goes with fair=, got 3. Add fair='optimizer.lr=log(1e-4,1)'.\n"),
        ("-m seed=0,1 pruner=none", "pruner: goes with cnnlab tune, got none. Leave it out of a sweep.\n"),
    ],
)
def test_other_commands_say_that_a_range_is_for_tuning(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err.endswith(message)


def test_help_says_how_a_range_is_quoted(capsys):
    assert main(["tune", "--help"]) == 0
    out = capsys.readouterr().out
    assert "A shell interprets parentheses itself: put a range in quotes." in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cnnlab tune tr", {"train", "transfer"}),
        ("cnnlab tune optimizer=ada", {"optimizer=adam", "optimizer=adamw"}),
        ("cnnlab tune 'optimizer.lr=log(1e-4,1)' optimizer=ada", {"optimizer=adam", "optimizer=adamw"}),
        ("cnnlab tune transfer head=sv", {"head=svm", "head=svm_binary"}),
    ],
)
def test_words_behind_it_complete(line, words, capsys, monkeypatch):
    monkeypatch.setenv("COMP_LINE", line)
    assert main(["-sc", "query=bash"]) == 0
    assert words <= set(capsys.readouterr().out.split())


def test_configuration_of_its_runs_can_be_looked_at(capsys):
    assert main(["tune", "optimizer.lr=log(1e-4,1)", "epochs=3", "--cfg", "job"]) == 0
    assert "epochs: 3\n" in capsys.readouterr().out
