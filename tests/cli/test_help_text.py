import textwrap

import pytest

from cnnlab.cli.commands import COMPOSED
from cnnlab.cli.main import main
from cnnlab.config.conf_files import conf_dir
from tests.option_maker import own_option


@pytest.mark.parametrize("command", COMPOSED)
def test_help_is_what_hydra_makes_of_the_same_file(command, in_empty_folder, capsys):
    own = own_option("optimizer/mine.yaml", "name: adam\nlr: 0.5\n")
    assert main([command, "--help", *own]) == 0
    ours = capsys.readouterr().out
    assert main([command, "--help", *own, "-cp", str(conf_dir())]) == 0
    by_hydra = capsys.readouterr().out.split("\n")
    wrapped = (textwrap.wrap(line, 80, subsequent_indent="    ") or [""] for line in by_hydra)
    assert ours.split("\n") == [part for lines in wrapped for part in lines]
    assert "adamw, mine, momentum" in ours


def test_option_of_an_own_folder_adds_to_those_of_its_group(in_empty_folder, capsys):
    assert main(["train", "--help", *own_option("kernel/gauss.yaml", "size: 3\n")]) == 0
    assert "\nkernel: gauss\n" in capsys.readouterr().out
