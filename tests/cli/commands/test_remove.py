"""`cnnlab remove`: what is removed, what is asked before, what is refused."""

import builtins
import sys
import time

import pytest

from cnnlab.cli.main import main
from cnnlab.outputs.files import RUNS
from cnnlab.outputs.lock import held
from cnnlab.outputs.run_folder import RunFolder
from tests.comparison.study_maker import write_run, write_study


@pytest.fixture(autouse=True)
def _runs(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name, state, days in (("a", "finished", 0), ("b", "failed", 3), ("c", "failed", 10), ("d", "interrupted", 10)):
        folder = write_run(name, state=state)
        started = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(time.time() - days * 24 * 3600))
        folder.write_json("status.json", folder.read_json("status.json") | {"started": started})


def left():
    return "".join(sorted(path.name for path in RUNS.iterdir()))


@pytest.mark.parametrize(
    ("words", "stay"),
    [
        ("a c", "bd"),
        ("--failed", "ad"),
        ("--older 7d", "ab"),
        ("--older 2d --failed", "ad"),
        ("--failed --older 1w", "abd"),
        ("status=interrupted", "abc"),
        ("epochs=99", "abcd"),
    ],
)
def test_runs_are_named_or_chosen(words, stay, capsys):
    assert main(["remove", *words.split(), "--yes"]) == 0
    assert left() == stay
    out = capsys.readouterr().out
    assert ("no run fits; nothing was removed" in out) == (stay == "abcd")


def test_list_and_question_come_first(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    for answer, stay in (("", "abcd"), ("n", "abcd"), ("y", "bcd")):
        monkeypatch.setattr(builtins, "input", lambda text, answer=answer: asked.append(text) or answer)
        assert main(["remove", "a"]) == 0
        assert left() == stay
    assert set(asked) == {"remove 1 run, 0.0 MB? [y/N] "}
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[0] == "run"
    assert out[1].split()[0] == "a"
    assert out[2] == "nothing was removed"
    assert out[-1] == "removed  1 run, 0.0 MB"


def test_studies_that_had_the_runs_are_named_and_keep_their_reports(capsys):
    study = write_study({"optimizer=sgd": [0.8, 0.9]})
    assert main(["remove", "trial-arm0-s0", "--yes"]) == 0
    assert "note     1 of study trial, whose report stays as it is" in capsys.readouterr().out
    assert (study.path / "runs.csv").is_file()


def test_run_that_is_being_trained_stays(capsys):
    with held(RunFolder(RUNS / "a")):
        assert main(["remove", "a", "b", "--yes"]) == 1
    assert capsys.readouterr().err == "a: is being trained. Nothing was removed.\n"
    assert left() == "abcd"


WRONG = [
    ("", "remove: names no run. Name some, or choose: --failed, --older 7d, dataset=digits"),
    ("a --failed", "remove: a is named, and others are to be chosen. Leave one of the two out."),
    ("--older week", "--older: must be a number of hours, days or weeks, such as 12h, 7d or 4w, got week."),
    ("a", "remove: asks before it removes, and there is no terminal to answer at. Add --yes."),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_what_is_not_clear_removes_nothing(words, message, capsys):
    assert main(["remove", *words.split()]) == 2
    assert capsys.readouterr().err == f"{message}\n"
    assert left() == "abcd"
