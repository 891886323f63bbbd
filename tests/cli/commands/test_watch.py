"""`cnnlab watch`: looks on from another terminal."""

import pytest

from cnnlab.cli.main import main
from cnnlab.outputs.status import write_status
from tests.comparison.study_maker import write_run, write_study


@pytest.fixture
def study():
    folder = write_study({"optimizer=sgd": [0.7], "optimizer=adam": [0.8]})
    write_status(folder, "finished")
    return folder


@pytest.mark.parametrize("words", [["watch"], ["watch", "trial"], ["watch", "outputs/trial"]])
def test_study_is_named_or_what_goes_on(words, study, capsys):
    assert main(words) == 0
    assert capsys.readouterr().out == "trial: 2 of 2 done; finished\nopen     outputs/trial\n"


def test_run_is_named_as_of_other_commands(capsys):
    write_run("cnn6-s0-0123456789")
    assert main(["watch", "0123"]) == 0
    assert capsys.readouterr().out == "cnn6-s0-0123456789: finished\nopen     outputs/runs/cnn6-s0-0123456789\n"
    assert main(["watch", "lenet"]) == 2


def test_ctrl_c_ends_the_looking_alone(study, monkeypatch, capsys):
    def look(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cnnlab.cli.commands.watch.look_on_sweep", look)
    assert main(["watch"]) == 130
    assert capsys.readouterr() == ("", "")
