"""The words of a command line: command, flags, overrides."""

import pytest

from cnnlab.cli.arguments import split_command, split_flags
from cnnlab.cli.commands import BY_NAME
from cnnlab.cli.main import main

NAMES = f"Commands: {', '.join(sorted(BY_NAME))}."
WRONG = [
    ("trian", f"no command 'trian'. Did you mean 'train'? {NAMES}"),
    ("-m reprot", f"no command 'reprot'. Did you mean 'report'? {NAMES}"),
    ("--config-dir nowhere", "--config-dir: no folder 'nowhere'."),
    ("--config-dir", "--config-dir: the value is missing."),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_wrong_input_gets_one_clear_message_and_exit_code_2(line, message, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr() == ("", message + "\n")


def test_unknown_flag_names_the_nearest(capsys):
    assert main(["train", "--config-dri", "own"]) == 2
    assert capsys.readouterr().err.startswith(
        "unknown flag '--config-dri'. Did you mean '--config-dir'? Flags are in: cnnlab train"
    )


@pytest.mark.parametrize(
    ("words", "flags", "overrides"),
    [
        ("a=1 -m b=2", ("-m",), ("a=1", "b=2")),
        ("--info a=1", ("--info=all",), ("a=1",)),
        ("--info plugins a=1", ("--info=plugins",), ("a=1",)),
        ("--cfg=job a=1", ("--cfg", "job"), ("a=1",)),
        ("-sc install=bash", ("-sc",), ("install=bash",)),
        ("~a -c job +b=1", ("-c", "job"), ("~a", "+b=1")),
    ],
)
def test_flags_and_overrides_are_told_apart(words, flags, overrides):
    arguments = split_flags(BY_NAME["train"], words.split())
    assert (arguments.flags, arguments.overrides) == (flags, overrides)


def test_overrides_may_stand_on_both_sides_of_a_flag(capsys):
    assert main(["optimizer=sgd", "--cfg", "job", "-p", "optimizer", "optimizer.lr=0.5"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == ["lr: 0.5", "weight_decay: 0.0", "decoupled: null"]


@pytest.mark.parametrize("line", ["-m train seed=0,1", "train -m seed=0,1", "seed=0,1 -m", "train seed=0,1 --multirun"])
def test_flag_of_a_sweep_may_stand_anywhere(line):
    arguments = split_flags(*split_command(line.split()))
    assert (arguments.command.name, arguments.is_sweep, arguments.overrides) == ("train", True, ("seed=0,1",))
