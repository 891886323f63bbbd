"""What people type who know other tools, and what is made of it: words_tried.txt holds a line for each."""

import dataclasses
import shlex
from pathlib import Path

import pytest

from cnnlab.base.errors import ConfigError
from cnnlab.cli.arguments import split_command, split_flags
from cnnlab.cli.main import main
from cnnlab.cli.spelling import misspelled
from cnnlab.cli.translation import translated
from tests.option_maker import own_option

TRIED = [
    tuple(part.strip() for part in line.split(" | ", 1))
    for line in Path(__file__).with_name("words_tried.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(autouse=True)
def photos(folder):
    """The folder in which the words are typed."""
    for name in ("my_photos", "others", "my photos", "two, three", "my=photos", "фото"):
        (folder / name).mkdir()
    for name in ("cats", "dogs"):
        (folder / "my_photos" / name).mkdir()
        (folder / "my_photos" / name / "1.JPG").touch()
    for name in ("photos.zip", "photos.tar.gz", "cat.jpg"):
        (folder / name).touch()


def made_of(line):
    """Return the command that a line stands for, or what is said to it."""
    words = shlex.split(line)
    try:
        if problems := misspelled(words):
            raise ConfigError(*problems)
        arguments = split_flags(*split_command(words))
        return dataclasses.replace(arguments, overrides=translated(arguments).overrides).as_typed()
    except ConfigError as error:
        return str(error)


def test_a_hundred_and_fifty_lines_were_tried():
    assert len({typed for typed, _ in TRIED}) >= 150


@pytest.mark.parametrize(("typed", "outcome"), TRIED)
def test_what_people_type_is_taken_or_answered(typed, outcome):
    assert made_of(typed) == outcome


@pytest.mark.parametrize("outcome", sorted({outcome for _, outcome in TRIED if outcome.startswith("cnnlab ")}))
def test_what_is_understood_is_understood_again(outcome):
    assert made_of(outcome.removeprefix("cnnlab ")) == outcome


def test_word_of_another_tool_is_taken_with_a_note(trained, capsys):
    assert main(["lr=0.1", "optimizer=SGD", "my photos"]) == 0
    (plain, overrides) = trained[0]
    assert (plain["optimizer"]["name"], plain["optimizer"]["lr"], plain["dataset"]["root"]) == ("sgd", 0.1, "my photos")
    assert overrides == ["optimizer.lr=0.1", "optimizer=sgd", "dataset=image_folder", 'dataset.root="my photos"']
    assert capsys.readouterr().out.splitlines() == [
        "note     lr=0.1 is taken as optimizer.lr=0.1",
        "note     optimizer=SGD is taken as optimizer=sgd",
        "note     my photos is taken as dataset=image_folder 'dataset.root=\"my photos\"'",
    ]


def test_note_stays_out_of_a_configuration_that_is_looked_at(capsys):
    assert main(["lr=0.1", "--cfg", "job"]) == 0
    out, err = capsys.readouterr()
    assert err == "note     lr=0.1 is taken as optimizer.lr=0.1\n"
    assert ("lr: 0.1" in out, "is taken as" in out) == (True, False)


def test_sweep_that_lacks_its_flag_is_shown_in_words_that_work(capsys):
    assert main(["lr=0.1,0.2", "data=my_photos"]) == 2
    line = "cnnlab -m optimizer.lr=0.1,0.2 dataset=image_folder dataset.root=my_photos"
    assert f"A sweep needs -m: {line} (a list" in capsys.readouterr().err


def test_own_option_comes_before_one_of_the_same_letters(folder, trained):
    own = own_option("optimizer/SGD.yaml", "name: sgd\nlr: 0.5\n")
    assert main(["optimizer=SGD", *own]) == 0
    assert trained[0][0]["optimizer"]["lr"] == 0.5


def test_option_is_found_where_a_group_is_asked_for(capsys):
    assert main(["list", "adam"]) == 2
    assert capsys.readouterr().err == "list: 'adam' is an option of optimizer. See: cnnlab list optimizer\n"


def test_beginning_of_several_names_proposes_all_of_them(capsys):
    assert main(["model=resnet"]) == 2
    assert "unknown 'resnet'. Did you mean 'resnet18', 'resnet34' or 'resnet50'? Known: " in capsys.readouterr().err
