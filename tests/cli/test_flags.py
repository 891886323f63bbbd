import re
import shlex

import pytest

from cnnlab.cli.flags import FLAGS, here
from cnnlab.cli.main import main
from tests.cli.own_commands import OWN, WALL

NOT_TAKEN = re.compile(r"is no flag|are no flags|takes no|otherwise here|is missing")


def test_every_command_that_reads_its_own_arguments_knows_flags_of_other_tools():
    assert set(FLAGS) == set(OWN)


@pytest.mark.parametrize("typed", ["--max-epochs", "--Max_Epochs", "max_epochs"])
def test_flag_is_known_however_it_is_written(typed):
    known = here("resume", typed)
    assert known is not None
    assert (known.words, known.takes_value) == ("epochs={}", True)


@pytest.mark.parametrize("command", OWN)
def test_what_is_to_be_typed_for_flags_of_other_tools_is_taken(command, in_empty_folder, capsys):
    for flag in FLAGS[command]:
        assert main([command, f"--{flag}", "5"]) == 2
        error = capsys.readouterr().err
        assert not WALL.search(error), flag
        if "Type: cnnlab " in error:
            main(shlex.split(error.partition("Type: cnnlab ")[2]))
            error = "".join(capsys.readouterr())
            assert not NOT_TAKEN.search(error), (flag, error)
            assert not WALL.search(error), flag
