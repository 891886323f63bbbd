import shlex

import pytest

from cnnlab.cli.commands import BY_NAME
from cnnlab.cli.commands.others import INSTEAD, TAKING, instead


@pytest.mark.parametrize("name", TAKING)
def test_command_of_another_tool_names_one_of_ours_with_the_same_words(name):
    line = instead(name, ["a b", "--c"])
    words = shlex.split(line.removeprefix("Type: "))
    assert words[0] == "cnnlab"
    assert words[1] in (*BY_NAME, "-m", "--version")
    assert words[-2:] == ["a b", "--c"]


def test_no_command_of_ours_is_taken_for_another():
    assert not {*BY_NAME} & {*TAKING, *INSTEAD}
    assert not {*TAKING} & {*INSTEAD}


def test_command_is_known_in_any_case_and_with_hyphens():
    assert instead("Fine-Tune", []) == "Type: cnnlab transfer transfer=finetune"
    assert instead("nothing", []) is None
    assert instead("eval", []) == f"{INSTEAD['eval']}."
