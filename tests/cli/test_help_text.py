"""The help of `train` and `transfer` on one screen."""

import re

import pytest

from cnnlab.cli.commands import BY_NAME, COMMANDS, COMPOSED
from cnnlab.cli.help_text import chosen_by_default, group_lines
from cnnlab.cli.main import main
from tests.option_maker import own_option

ONE_SCREEN = 40
"""Lines, of 80 columns."""


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_help_of_every_command_is_one_screen(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code = None
    try:
        code = main([command, "--help"])
    except SystemExit as end:
        code = end.code
    lines = capsys.readouterr().out.splitlines()
    assert code in (0, None)
    assert 5 < len(lines) <= ONE_SCREEN
    assert max(map(len, lines)) <= 80
    assert not re.search(r"hydra(?!/launcher)", "".join(lines).lower())


@pytest.mark.parametrize("command", COMPOSED)
def test_help_names_the_groups_of_the_command_alone_and_where_the_rest_is(command, capsys):
    assert main([command, "--help"]) == 0
    of_groups = capsys.readouterr().out.partition("== groups")[2].partition("\n\n")[0].splitlines()
    assert "cnnlab list GROUP" in of_groups[0]
    assert [line.partition(":")[0] for line in of_groups[1:]] == [*chosen_by_default(BY_NAME[command])]


def test_default_of_a_group_stands_first_and_what_does_not_fit_is_counted():
    options = {"activation": ["elu", "gelu", "relu"], "head": ["svm"], "model": [f"m{n}" for n in range(99)]}
    assert list(group_lines(options, {"model": None, "activation": "relu"})) == [
        "model:      m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12 and 86 more",
        "activation: relu, elu, gelu",
    ]


def test_option_of_an_own_folder_adds_to_those_of_its_group(in_empty_folder, capsys):
    assert main(["train", "--help", *own_option("kernel/gauss.yaml", "size: 3\n")]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("kernel")] == [
        ["kernel:", "gauss"]
    ]
