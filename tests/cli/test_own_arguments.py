"""What people type behind commands that read their own arguments: flags_tried.txt holds a line for each."""

import shlex
from pathlib import Path

import pytest

from cnnlab.cli.main import main
from tests.cli.own_commands import OWN, WALL

UNHEARD_OF = (
    "--frobnicate",
    "--frobnicate=3",
    "-Z",
    "--frobnicate 3",
    "frobnicate=1",
    "a b c --frobnicate",
    "-1",
    "--",
)


@pytest.fixture(autouse=True)
def _in_empty_folder(in_empty_folder):
    pass


def lines():
    for line in Path(__file__).with_name("flags_tried.txt").read_text(encoding="utf-8").splitlines():
        typed, _, answer = line.partition(" | ")
        yield pytest.param(typed.rstrip(), answer, id=typed.rstrip())


@pytest.mark.parametrize(("typed", "answer"), list(lines()))
def test_line_is_answered_with_what_to_type(typed, answer, capsys):
    assert main(shlex.split(typed)) == 2
    assert capsys.readouterr() == ("", f"{answer}\n")


@pytest.mark.parametrize("command", OWN)
@pytest.mark.parametrize("words", UNHEARD_OF)
def test_no_word_makes_a_command_print_how_it_is_used(command, words, capsys):
    assert main([command, *words.split()]) in (0, 2)
    assert not WALL.search("".join(capsys.readouterr()))


def test_words_behind_two_dashes_are_no_flags(capsys):
    assert main(["list", "--", "optimizer"]) == 0
    assert "adam" in capsys.readouterr().out


def test_file_whose_name_looks_like_a_key_is_a_file(tmp_path, capsys):
    assert main(["predict", "latest", "source=a"]) == 2
    assert "source=a: is written differently here" in capsys.readouterr().err
    (tmp_path / "source=a").mkdir()
    assert main(["predict", "latest", "source=a"]) == 2
    assert "otherwise" not in capsys.readouterr().err
