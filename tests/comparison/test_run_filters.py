"""Filters of the table of runs."""

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.comparison.run_filters import filtered
from cnnlab.comparison.run_table import read_lines
from cnnlab.outputs.files import RUNS
from tests.comparison.study_maker import write_run


@pytest.fixture
def lines(in_empty_folder):
    write_run("a", optimizer={"name": "adam", "lr": 0.001}, epochs=10)
    write_run("b", optimizer={"name": "adamw", "lr": 0.1}, epochs=12, tags=["thesis", "first"])
    write_run("c", dataset={"name": "image_folder", "root": "/me/photos"}, model={"name": "resnet18"}, state="failed")
    return read_lines(list(RUNS.iterdir()))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", "abc"),
        ("dataset=digits", "ab"),
        ("dataset=photos", "c"),
        ("dataset=image_folder", "c"),
        ("status=failed", "c"),
        ("optimizer=adam", "ac"),
        ("optimizer=adam* dataset=digits", "ab"),
        ("lr=1e-3", "a"),
        ("optimizer.lr=0.1,0.001", "ab"),
        ("epochs=12", "b"),
        ("model=resnet*", "c"),
        ("model=null", "ab"),
        ("tags=first", "b"),
        ("tags=first,second", "b"),
        ("epochs=99", ""),
    ],
)
def test_runs_fit_names_numbers_and_patterns(words, names, lines):
    assert sorted(line.folder.name for line in filtered(lines, words.split())) == list(names)


WRONG = [
    ("optimzer=adam", r"^report: no run has a setting 'optimzer'\. Did you mean 'optimizer'\?$"),
    ("name=x", r"^report: no run has a setting 'name'\.$"),
]


@pytest.mark.parametrize(("word", "message"), WRONG)
def test_setting_that_no_run_has_is_refused(word, message, lines):
    with pytest.raises(ConfigError, match=message):
        filtered(lines, [word])


def test_end_of_several_settings_is_refused():
    write_run("a", optimizer={"name": "adam", "eps": 1}, normalization={"name": "batch", "eps": 1})
    with pytest.raises(ConfigError, match=r"^report: 'eps' is the end of normalization\.eps, optimizer\.eps\. "):
        filtered(read_lines([RUNS / "a"]), ["eps=1"])
