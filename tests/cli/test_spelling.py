"""Overrides that are typed as other programs take them: the right spelling."""

import pytest

from cnnlab.cli.main import main
from cnnlab.cli.spelling import misspelled

JOINED = "a key is joined to its value by '=', without spaces"
COMMAS = "values are separated by single commas, without spaces"
WRONG = [
    ("--epochs 5", "--epochs 5: a key takes no dashes. Write epochs=5."),
    ("train --epochs=5", "--epochs=5: a key takes no dashes. Write epochs=5."),
    ("-m -seed 0,1 --optimizer.lr 0.1", "-seed 0,1: a key takes no dashes. Write seed=0,1."),
    ("transfer --plots", "--plots: a key takes no dashes. Write plots=true."),
    ("epochs = 5", f"epochs = 5: {JOINED}. Write epochs=5."),
    ("-m seed = 0, 1", f"seed = 0, 1: {JOINED}. Write seed=0,1."),
    ("train epochs= 5", f"epochs= 5: {JOINED}. Write epochs=5."),
    ("train optimizer =adam", f"optimizer =adam: {JOINED}. Write optimizer=adam."),
    ("epochs 5", f"epochs 5: {JOINED}. Write epochs=5."),
    ("epochs:5", f"epochs:5: {JOINED}. Write epochs=5."),
    ("epochs=", "epochs: the value is missing. Write epochs=<value>."),
    ("-m optimizer=", "optimizer: the value is missing. Write optimizer=<value>."),
    ("study= seed=1", "study: the value is missing. Write study=<value>."),
    ("-m seed=0,1,", f"seed=0,1,: {COMMAS}. Write seed=0,1."),
    ("-m seed=0,,1", f"seed=0,,1: {COMMAS}. Write seed=0,1."),
    ("-m seed=0, 1", f"seed=0, 1: {COMMAS}. Write seed=0,1."),
    ("-m optimizer=sgd ,adam", f"optimizer=sgd ,adam: {COMMAS}. Write optimizer=sgd,adam."),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_slip_is_answered_with_the_right_spelling(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err.splitlines()[0] == message


@pytest.mark.parametrize("word", ["", " "])
def test_word_without_anything_in_it_is_no_override(word, capsys):
    assert main(["train", word]) == 2
    assert capsys.readouterr().err == f"'{word}': is not an override. Write <key>=<value>.\n"


@pytest.mark.parametrize(
    "line",
    [
        "optimizer=sgd --cfg job -p optimizer optimizer.lr=0.5", "-m 'study=a, b' seed=0,1", "data_dir='a,,b'",
        "trian 5", "~epochs", "report --baseline epochs", "resume epochs 5", "-cd own seed=1", "--info=config",
        "list seed", "x=", "++seed=1", "+hydra.sweeper.params.seed=1", "model.width=[1,2]", "seed=1 epochs=2",
        "-m seed=choice(0, 1)",
    ],
)  # fmt: skip
def test_what_is_well_spelt_or_no_key_is_left_alone(line):
    assert misspelled(line.split(" ") if "'" not in line else [line]) == []
