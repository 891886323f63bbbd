"""`cnnlab tune find=lr` as typed."""

import re

import pytest

from cnnlab.cli.main import main
from tests.conftest import SMALL_DATA

WORDS = (*SMALL_DATA, "dataset.image_size=8", "model.width=0.05")


def test_rates_are_proposed_as_text_commands_and_a_picture(tmp_path, capsys):
    assert main(["tune", "find=lr", *WORDS, "optimizer=momentum"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"The loss begins to fall at \S+ and is lowest at \S+: try \S+\.\n", out)
    rate = re.search(r"^train    cnnlab .* optimizer=momentum optimizer\.lr=(\S+)$", out, re.MULTILINE)[1]
    assert 1e-7 < float(rate) < 10
    assert re.search(r"^search   cnnlab tune .* 'optimizer\.lr=log\(\S+,\S+\)'$", out, re.MULTILINE)
    picture, table = sorted((tmp_path / "outputs").rglob("*.*"), reverse=True)
    assert (picture.suffix, table.suffix) == (".png", ".csv")
    assert table.read_text().startswith("lr,loss,smoothed\n1e-07,")
    assert not (tmp_path / "outputs" / "runs").exists()


def test_plan_says_what_would_be_trained_and_trains_nothing(tmp_path, capsys):
    assert main(["tune", "find=lr", *WORDS, "plan=true"]) == 0
    said = r"plan     \S+: one training of 300 steps at most, in which the learning rate grows\n"
    assert re.fullmatch(said, capsys.readouterr().out)
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["find=lr", "-m", "optimizer=sgd,adam"],
            "find: is about one run, got -m. Leave it out, and type a command for ",
        ),
        (["find=rate"], "find: finds a learning rate, got find=rate. Write find=lr.\n"),
        (["transfer", "find=lr", "head=svm", "plan=true"], "find: a learning rate belongs to a run that learns in "),
        (["transfer", "find=lr", "head=svm"], "find: a learning rate belongs to a run that learns in steps. Take"),
    ],
)
def test_what_has_no_rate_is_told(words, message, capsys):
    assert main(["tune", *words]) == 2
    assert message in capsys.readouterr().err
