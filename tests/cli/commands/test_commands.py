"""The list of commands: dispatch, help and completion come from it, and so do these tests."""

from pathlib import Path

import pytest

from cnnlab.cli.commands import BY_NAME, COMMANDS, COMPOSED, DEFAULT, TUNE
from cnnlab.cli.main import main

CONF = Path(__file__).parents[3] / "conf"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_command_can_be_loaded_and_explains_itself(command, capsys):
    assert callable(command.load())
    if command.config is None and command.name != TUNE:
        with pytest.raises(SystemExit, match=r"^0$"):  # argparse's way to end its help
            main([command.name, "--help"])
    else:
        assert main([command.name, "--help"]) == 0
    assert f"cnnlab {command.name}" in capsys.readouterr().out


def test_composed_commands_are_those_with_a_primary_config():
    primary = {path.stem for path in CONF.glob("*.yaml")} - {"common"}
    assert {BY_NAME[name].config for name in COMPOSED} == primary
    assert DEFAULT == "train"


def test_completion_of_nothing_offers_the_commands_alone(capsys, monkeypatch):
    monkeypatch.setenv("COMP_LINE", "cnnlab ")
    assert main(["-sc", "query=bash"]) == 0
    assert capsys.readouterr().out.split() == [*BY_NAME]
